package dev.weft.policy.jwt;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one remote provider. Fetched when first asked for or at {@link #start}, then again in
 * the background before they end; never twice at the same time. When that fails the last good keys
 * go on for {@link Settings#keepStale} behind their end, and each failure is told with whether
 * there are keys left; afterwards, and where there never were any, there are none: whoever asks is
 * refused. Failures are followed by pauses that grow, with jitter. A token whose key is not known
 * may ask for a fetch ahead of time, once in a while.
 *
 * <p>Belongs to one thread; the fetcher and the timer call back on it.
 */
public final class JwksCache {
  private final Settings settings;
  private final JwksFetcher fetcher;
  private final Timer timer;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;
  private final Events events;
  private final List<Waiter> waiting = new ArrayList<>();

  private @Nullable Jwks keys;
  private long freshUntil;
  private @Nullable Runnable scheduled;
  private @Nullable Runnable call;
  private boolean fetching;
  private int failures;
  private long retryAt;
  private boolean early;
  private long lastEarly;
  private boolean closed;

  /**
   * @param nanoTime monotonic clock
   * @param random for jitter
   */
  public JwksCache(
      Settings settings,
      JwksFetcher fetcher,
      Timer timer,
      LongSupplier nanoTime,
      RandomGenerator random,
      Events events) {
    this.settings = settings;
    this.fetcher = fetcher;
    this.timer = timer;
    this.nanoTime = nanoTime;
    this.random = random;
    this.events = events;
  }

  /**
   * How keys are kept; all above zero.
   *
   * @param lifetime how long fetched keys are fresh
   * @param refreshBefore how long before their end they are fetched again; at most half of {@code
   *     lifetime} counts
   * @param keepStale how long behind their end they go on while no others come
   * @param firstPause after a failure; doubled with each further one
   * @param longestPause the most that it grows to
   * @param earlyEvery at most one fetch ahead of time in this
   * @param mostWaiting who may wait for the first keys; others are refused
   */
  public record Settings(
      Duration lifetime,
      Duration refreshBefore,
      Duration keepStale,
      Duration firstPause,
      Duration longestPause,
      Duration earlyEvery,
      int mostWaiting) {

    /** Envoy's lifetime of ten minutes and its pause of a second, and Weft's own bounds. */
    public static final Settings USUAL =
        new Settings(
            Duration.ofMinutes(10),
            Duration.ofSeconds(5),
            Duration.ofHours(1),
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            Duration.ofSeconds(10),
            1024);

    /** With another lifetime. */
    public Settings lifetime(Duration other) {
      return new Settings(
          other, refreshBefore, keepStale, firstPause, longestPause, earlyEvery, mostWaiting);
    }

    /** With another first pause, which may be longer than the longest was. */
    public Settings firstPause(Duration other) {
      Duration longest = other.compareTo(longestPause) > 0 ? other : longestPause;
      return new Settings(
          lifetime, refreshBefore, keepStale, other, longest, earlyEvery, mostWaiting);
    }
  }

  /** Runs something later on the cache's thread. */
  @FunctionalInterface
  public interface Timer {
    /** Returns what takes it back. */
    Runnable after(Duration delay, Runnable task);
  }

  /** Who waits for keys. */
  @FunctionalInterface
  public interface Waiter {
    /** Called once; {@code null}: there are none. */
    void keys(@Nullable Jwks keys);
  }

  /** What is told, for metrics and logs. */
  public interface Events {
    void fetched();

    /**
     * @param why a few words, nothing of the answer
     * @param serving whether the last good keys go on
     */
    void failed(String why, boolean serving);
  }

  /** Fetches now unless it was done before. */
  public void start() {
    if (keys == null && !fetching && failures == 0 && !closed) {
      fetch();
    }
  }

  /** The keys that count, fresh or kept; {@code null}: none. */
  public @Nullable Jwks keys() {
    if (keys != null && nanoTime.getAsLong() - freshUntil > settings.keepStale().toNanos()) {
      keys = null;
    }
    return keys;
  }

  /** Whether the keys that count should have been renewed by now. */
  public boolean stale() {
    return keys() != null && nanoTime.getAsLong() - freshUntil > 0;
  }

  /**
   * Hands over the keys as soon as there are some, at once where there are, or none once a fetch
   * has failed. Within the pause after a failure that is at once.
   *
   * @return the waiter goes away
   */
  public Runnable await(Waiter waiter) {
    Jwks known = keys();
    boolean paused = failures > 0 && !fetching && nanoTime.getAsLong() - retryAt < 0;
    if (known != null || closed || paused || waiting.size() >= settings.mostWaiting()) {
      waiter.keys(known);
      return () -> {};
    }
    return join(waiter);
  }

  /**
   * Asks for newer keys than those that are known.
   *
   * @return the waiter goes away; {@code null}: not now, the waiter is not called
   */
  public @Nullable Runnable awaitNewer(Waiter waiter) {
    long now = nanoTime.getAsLong();
    boolean mayFetch =
        !(early && now - lastEarly < settings.earlyEvery().toNanos())
            && !(failures > 0 && now - retryAt < 0);
    if (closed || waiting.size() >= settings.mostWaiting() || !(fetching || mayFetch)) {
      return null;
    }
    if (!fetching) {
      early = true;
      lastEarly = now;
    }
    return join(waiter);
  }

  private Runnable join(Waiter waiter) {
    waiting.add(waiter);
    if (!fetching) {
      fetch();
    }
    return () -> waiting.remove(waiter);
  }

  private void fetch() {
    unschedule();
    fetching = true;
    Fetch fetch = new Fetch();
    Runnable begun = fetcher.fetch(fetch);
    if (!fetch.over) {
      call = begun;
    }
  }

  private final class Fetch implements JwksFetcher.Answer {
    private boolean over;

    @Override
    public void fetched(byte[] json) {
      if (isFirst()) {
        switch (Jwks.read(json)) {
          case Jwks good -> taken(good);
          case JwksReading.Unusable(String why) -> missed(why);
        }
      }
    }

    @Override
    public void failed(String why) {
      if (isFirst()) {
        missed(why);
      }
    }

    private boolean isFirst() {
      boolean first = !over && !closed;
      over = true;
      return first;
    }
  }

  private void taken(Jwks good) {
    // The same keys stay the same: what was verified by them need not be checked again.
    if (!good.equals(keys)) {
      keys = good;
    }
    failures = 0;
    freshUntil = nanoTime.getAsLong() + settings.lifetime().toNanos();
    long half = settings.lifetime().toNanos() / 2;
    long ahead = Math.min(settings.refreshBefore().toNanos(), half);
    events.fetched();
    done(Duration.ofNanos(settings.lifetime().toNanos() - ahead), 0.1);
  }

  private void missed(String why) {
    failures++;
    Duration pause = settings.firstPause();
    for (int i = 1; i < failures && pause.compareTo(settings.longestPause()) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    events.failed(why, keys() != null);
    done(pause.compareTo(settings.longestPause()) < 0 ? pause : settings.longestPause(), 0.5);
  }

  /**
   * Schedules the next fetch and tells who waits.
   *
   * @param jitter the share of the pause that chance may take off
   */
  private void done(Duration pause, double jitter) {
    fetching = false;
    call = null;
    Duration next = Duration.ofNanos((long) (pause.toNanos() * (1 - jitter * random.nextDouble())));
    retryAt = nanoTime.getAsLong() + next.toNanos();
    scheduled = timer.after(next, this::renew);
    List<Waiter> told = List.copyOf(waiting);
    waiting.clear();
    Jwks found = keys();
    told.forEach(waiter -> waiter.keys(found));
  }

  private void renew() {
    scheduled = null;
    if (!fetching && !closed) {
      fetch();
    }
  }

  private void unschedule() {
    Runnable pending = scheduled;
    scheduled = null;
    if (pending != null) {
      pending.run();
    }
  }

  /** Ends: who waits gets none. */
  public void close() {
    closed = true;
    unschedule();
    Runnable running = call;
    call = null;
    if (running != null) {
      running.run();
    }
    List<Waiter> told = List.copyOf(waiting);
    waiting.clear();
    told.forEach(waiter -> waiter.keys(null));
  }
}
