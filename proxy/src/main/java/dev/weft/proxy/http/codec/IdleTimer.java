package dev.weft.proxy.http.codec;

import dev.weft.proxy.LoopConfined;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Fires once when nothing happened for a time. Activity only stores the clock; the one scheduled
 * task looks at it when it is due and goes to sleep again for the rest.
 */
@LoopConfined
public final class IdleTimer {
  private final EventLoop loop;
  private final long timeoutNanos;
  private final Runnable onIdle;
  private java.util.concurrent.@Nullable Future<?> task;
  private long since;
  private boolean busy;

  /**
   * @param timeout zero: never fires
   */
  public IdleTimer(EventLoop loop, Duration timeout, Runnable onIdle) {
    this.loop = loop;
    this.timeoutNanos = timeout.toNanos();
    this.onIdle = onIdle;
  }

  /** Begins to count. */
  public void start() {
    since = System.nanoTime();
    if (timeoutNanos > 0 && task == null) {
      sleep(timeoutNanos);
    }
  }

  /** Something happened. */
  public void touch() {
    since = System.nanoTime();
  }

  /** While busy it never fires; afterwards the time counts from now. */
  public void busy(boolean now) {
    busy = now;
    since = System.nanoTime();
  }

  /** Ends it. */
  public void stop() {
    if (task != null) {
      task.cancel(false);
      task = null;
    }
  }

  private void sleep(long nanos) {
    task = loop.schedule(this::due, nanos, TimeUnit.NANOSECONDS);
  }

  private void due() {
    if (task == null) {
      return;
    }
    long left = busy ? timeoutNanos : timeoutNanos - (System.nanoTime() - since);
    if (left > 0) {
      sleep(left);
    } else {
      task = null;
      onIdle.run();
    }
  }
}
