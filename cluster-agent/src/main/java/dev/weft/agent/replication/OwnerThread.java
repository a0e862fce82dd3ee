package dev.weft.agent.replication;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The one thread that owns an object's state: runs tasks one after the other, in order.
 * Thread-safe. A task that throws is a bug; it is logged and the next one runs. What is handed in
 * after the end is dropped.
 */
public final class OwnerThread implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(OwnerThread.class);

  private final ScheduledThreadPoolExecutor executor;

  public OwnerThread(String name) {
    executor =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name(name).daemon().factory());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setRemoveOnCancelPolicy(true);
  }

  /** Runs the task after those handed in before. */
  public void run(Runnable task) {
    try {
      executor.execute(() -> guarded(task));
    } catch (RejectedExecutionException e) {
      LOG.trace("dropped: its owner has ended", e);
    }
  }

  /** Runs the task once the delay is over. */
  public void after(Duration delay, Runnable task) {
    try {
      executor.schedule(() -> guarded(task), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.trace("dropped: its owner has ended", e);
    }
  }

  /** Runs the task at this interval, first after one. */
  public void every(Duration interval, Runnable task) {
    executor.scheduleAtFixedRate(
        () -> guarded(task), interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Lets run what was handed in before, at most two seconds long, and ends. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(2, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("bug: a task failed", e);
    }
  }
}
