package dev.weft.agent.attest;

import dev.weft.agent.attest.TokenIssuer.Keys;
import dev.weft.policy.jwt.Jwks;
import dev.weft.policy.jwt.JwksCache;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * The keys of issuers that are fetched: kept, renewed in the background every ten minutes, and
 * never fetched twice at the same time. While their server is away the last good ones go on for a
 * day. Thread-safe: the caches are the executor's one thread's, callers wait for it.
 */
final class FetchedKeys implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(FetchedKeys.class);

  /** A fetch ends before it. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

  static final JwksCache.Settings USUAL =
      new JwksCache.Settings(
          Duration.ofMinutes(10),
          Duration.ofSeconds(30),
          Duration.ofDays(1),
          Duration.ofSeconds(1),
          Duration.ofMinutes(1),
          Duration.ofSeconds(10),
          1024);

  private final JwksCache.Settings settings;
  private final ScheduledExecutorService executor;
  private final RandomGenerator random;
  private final Map<Source, JwksCache> caches = new HashMap<>();
  private final AtomicBoolean late = new AtomicBoolean();

  private record Source(Keys.At keys, Path base) {}

  /**
   * @param executor of one thread; its own from now on
   * @param random for jitter
   */
  FetchedKeys(
      JwksCache.Settings settings, ScheduledExecutorService executor, RandomGenerator random) {
    this.settings = settings;
    this.executor = executor;
    this.random = random;
  }

  /** Forgets what is asked for no longer, and begins to fetch what is new; does not wait. */
  void ask(Set<Keys.At> asked, Path base) {
    // Where it is too late for it, nobody asks for the keys either.
    var _ =
        run(
            () -> {
              caches
                  .entrySet()
                  .removeIf(entry -> {
                    boolean gone = !asked.contains(entry.getKey().keys());
                    if (gone) {
                      entry.getValue().close();
                    }
                    return gone;
                  });
              asked.forEach(keys -> cache(new Source(keys, base)).start());
            },
            _ -> {});
  }

  /** The keys, waited for where they were never fetched; empty: there are none. */
  Optional<Jwks> get(Keys.At keys, Path base) {
    return waitFor(
        (cache, found) -> cache.await(jwks -> found.complete(Optional.ofNullable(jwks))),
        new Source(keys, base));
  }

  /** Keys that are newer than those that are known; empty: there are none, or not now. */
  Optional<Jwks> newer(Keys.At keys, Path base) {
    return waitFor(
        (cache, found) -> {
          if (cache.awaitNewer(jwks -> found.complete(Optional.ofNullable(jwks))) == null) {
            found.complete(Optional.empty());
          }
        },
        new Source(keys, base));
  }

  private Optional<Jwks> waitFor(
      BiConsumer<JwksCache, CompletableFuture<Optional<Jwks>>> how, Source source) {
    CompletableFuture<Optional<Jwks>> found = new CompletableFuture<>();
    if (!run(() -> how.accept(cache(source), found), found::completeExceptionally)) {
      return Optional.empty();
    }
    // Without keys the token is refused, and its bearer told and counted as of every other refusal.
    try {
      Optional<Jwks> keys = found.get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
      late.set(false);
      return keys;
    } catch (InterruptedException e) {
      // Whoever asked is to end, and the call with it.
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException e) {
      // Logged where it happened.
      return Optional.empty();
    } catch (TimeoutException e) {
      if (!late.getAndSet(true)) {
        LOG.errorf(
            "the keys at %s are waited for longer than a fetch may take; tokens of their issuer"
                + " are refused",
            source.keys().server().uri());
      }
      return Optional.empty();
    }
  }

  private boolean run(Runnable task, Consumer<RuntimeException> failed) {
    try {
      executor.execute(() -> guarded(task, failed));
      return true;
    } catch (RejectedExecutionException e) {
      // The agent is about to end: nobody's token is taken any more.
      return false;
    }
  }

  /** The executor would keep what a task throws to itself. */
  private static void guarded(Runnable task, Consumer<RuntimeException> failed) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("bug: keys of issuers are not looked after", e);
      failed.accept(e);
    }
  }

  private JwksCache cache(Source source) {
    return caches.computeIfAbsent(source, this::made);
  }

  private JwksCache made(Source source) {
    JwksCache.Events events =
        new JwksCache.Events() {
          private String last = "";

          @Override
          public void fetched() {
            if (!last.isEmpty()) {
              LOG.infof("the keys at %s are there again", source.keys().server().uri());
            }
            last = "";
          }

          @Override
          public void failed(String why, boolean serving) {
            if (!why.equals(last)) {
              LOG.warnf(
                  "the keys at %s cannot be fetched, %s: %s",
                  source.keys().server().uri(),
                  serving ? "the last ones go on" : "there are none",
                  why);
            }
            last = why;
          }
        };
    return new JwksCache(
        settings,
        new KeyServer(source.keys().server(), source.base(), executor),
        this::after,
        System::nanoTime,
        random,
        events);
  }

  private Runnable after(Duration delay, Runnable task) {
    ScheduledFuture<?> scheduled =
        executor.schedule(() -> guarded(task, _ -> {}), delay.toMillis(), TimeUnit.MILLISECONDS);
    return () -> scheduled.cancel(false);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
