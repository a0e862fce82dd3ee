package dev.weft.agent.jwks;

import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.istio.RequestAuthentication.JwtRule;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import dev.weft.policy.jwt.JwksCache;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the keys that the state's {@code RequestAuthentication}s ask for, and fetches them again
 * from time to time. What was fetched once stays in the state until something newer comes, however
 * long its source is away and the agent restarts; what nobody asks for any more is forgotten after
 * a while. Two rules with one source share its keys. Runs on the executor's one thread; {@link
 * #accept} on the state's, {@link #problem} on any.
 */
public final class KeyFetcher implements Consumer<MeshState>, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(KeyFetcher.class);

  private final StateWriter writer;
  private final HttpGet http;
  private final ScheduledExecutorService executor;
  private final RandomGenerator random;
  private final Timings timings;
  private final StoredKeys stored;

  /** The keys that are known, also those of an earlier start. */
  private final Map<Keys, String> known = new HashMap<>();

  private final Map<Keys, JwksCache> wanted = new HashMap<>();
  private final Set<Keys> leaving = new HashSet<>();
  private final Map<Keys, String> problems = new ConcurrentHashMap<>();

  /** What was looked at last; the state's owner's thread only. */
  private @Nullable Object seen;

  /**
   * How long things take.
   *
   * @param linger how long keys stay that nobody asks for: a rule that is moved keeps its keys
   */
  record Timings(JwksCache.Settings cache, Duration linger) {
    static Timings every(Duration refresh) {
      return new Timings(JwksCache.Settings.USUAL.lifetime(refresh), Duration.ofMinutes(1));
    }
  }

  private KeyFetcher(
      StateWriter writer,
      HttpGet http,
      ScheduledExecutorService executor,
      RandomGenerator random,
      Timings timings,
      StoredKeys stored) {
    this.writer = writer;
    this.http = http;
    this.executor = executor;
    this.random = random;
    this.timings = timings;
    this.stored = stored;
  }

  /**
   * Hands the keys of an earlier start to the state.
   *
   * @param executor of one thread; the fetcher's own from now on
   * @param random for jitter
   * @param refresh how often keys are fetched again
   */
  public static KeyFetcher open(
      StateWriter writer,
      HttpGet http,
      ScheduledExecutorService executor,
      RandomGenerator random,
      ResourceStore store,
      Duration refresh)
      throws IOException {
    return open(writer, http, executor, random, store, Timings.every(refresh));
  }

  static KeyFetcher open(
      StateWriter writer,
      HttpGet http,
      ScheduledExecutorService executor,
      RandomGenerator random,
      ResourceStore store,
      Timings timings)
      throws IOException {
    StoredKeys stored = new StoredKeys(store);
    KeyFetcher fetcher = new KeyFetcher(writer, http, executor, random, timings, stored);
    fetcher.known.putAll(stored.load());
    fetcher.known.forEach((keys, jwks) -> writer.submit(new Delta.KeysFetched(keys, jwks)));
    return fetcher;
  }

  /** Looks at what is asked for; never blocks. */
  @Override
  // The state keeps the object while nothing in it changes.
  @SuppressWarnings("ReferenceEquality")
  public void accept(MeshState state) {
    if (seen == state.security().requests()) {
      return;
    }
    seen = state.security().requests();
    Map<Keys, Duration> asked = new HashMap<>();
    state.security().requests().values().stream()
        .flatMap(policy -> policy.rules().stream())
        .filter(rule -> !(rule.keys() instanceof Keys.Inline))
        .forEach(rule -> asked.merge(rule.keys(), timeout(rule), KeyFetcher::longer));
    try {
      executor.execute(() -> ask(asked));
    } catch (RejectedExecutionException e) {
      // The agent is about to end.
      LOG.debug("keys are not fetched any more");
    }
  }

  /** Why the last attempt failed; empty: it did not, or there was none. */
  public String problem(Keys keys) {
    return problems.getOrDefault(keys, "");
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  private static Duration timeout(JwtRule rule) {
    return Duration.ofMillis(rule.timeoutMillis());
  }

  private static Duration longer(Duration one, Duration two) {
    return one.compareTo(two) > 0 ? one : two;
  }

  private void ask(Map<Keys, Duration> asked) {
    wanted
        .entrySet()
        .removeIf(entry -> {
          boolean gone = !asked.containsKey(entry.getKey());
          if (gone) {
            entry.getValue().close();
            problems.remove(entry.getKey());
          }
          return gone;
        });
    for (Keys keys : known.keySet()) {
      if (!asked.containsKey(keys) && leaving.add(keys)) {
        after(timings.linger(), () -> forget(keys));
      }
    }
    asked.forEach((keys, timeout) -> {
      if (!wanted.containsKey(keys)) {
        JwksCache cache = cache(keys, timeout);
        wanted.put(keys, cache);
        cache.start();
      }
    });
  }

  private JwksCache cache(Keys keys, Duration timeout) {
    KeySource source = new KeySource(keys, timeout, http, executor);
    JwksCache.Events events =
        new JwksCache.Events() {
          @Override
          public void fetched() {
            arrived(keys, source.last());
          }

          @Override
          public void failed(String why, boolean serving) {
            if (!why.equals(problems.put(keys, why))) {
              LOG.warnf("%s could not be fetched: %s", StoredKeys.name(keys), why);
            }
          }
        };
    return new JwksCache(timings.cache(), source, this::after, System::nanoTime, random, events);
  }

  private void arrived(Keys keys, String jwks) {
    problems.remove(keys);
    if (!jwks.equals(known.put(keys, jwks))) {
      stored.put(keys, jwks);
      writer.submit(new Delta.KeysFetched(keys, jwks));
    }
  }

  private void forget(Keys keys) {
    leaving.remove(keys);
    if (!wanted.containsKey(keys) && known.remove(keys) != null) {
      stored.remove(keys);
      writer.submit(new Delta.KeysForgotten(keys));
    }
  }

  private Runnable after(Duration delay, Runnable task) {
    ScheduledFuture<?> scheduled = executor.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    return () -> scheduled.cancel(false);
  }
}
