package dev.weft.agent.watch;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Looks again and again at what tells nobody when it changes, and knows what is wrong with it: each
 * problem is logged when it appears, not at each look. A look that throws is a bug; it is logged
 * once for each time that looks begin to fail, what was wrong before counts as wrong still, and the
 * next look comes in its time. Thread-safe; all looks but the first are its thread's.
 */
public final class Poller implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Poller.class);

  private final String name;
  private final Supplier<List<String>> look;
  private final ScheduledExecutorService thread;
  private volatile List<String> problems = List.of();
  private boolean failed;

  /**
   * Looks now, on the calling thread, and throws what that look throws; then on a thread of its
   * own.
   *
   * @param name of the thread
   * @param interval from the end of a look to the next one
   * @param look what to do; tells what is wrong now, for people, or nothing
   */
  public Poller(String name, Duration interval, Supplier<List<String>> look) {
    this.name = name;
    this.look = look;
    look();
    thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name(name).daemon().factory());
    // Ends with the thread.
    var _ =
        thread.scheduleWithFixedDelay(
            this::guardedLook, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What was wrong at the last look; empty: nothing. */
  public List<String> problems() {
    return problems;
  }

  /** Ends; a look under way is not interrupted, since a file read meanwhile would count as bad. */
  @Override
  public void close() {
    thread.shutdown();
  }

  private void guardedLook() {
    try {
      look();
      failed = false;
    } catch (RuntimeException e) {
      if (!failed) {
        LOG.errorf(e, "bug: %s cannot look", name);
      }
      failed = true;
    }
  }

  private void look() {
    List<String> found = List.copyOf(look.get());
    List<String> known = problems;
    problems = found;
    found.stream().filter(problem -> !known.contains(problem)).forEach(LOG::error);
  }
}
