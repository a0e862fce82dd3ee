package dev.weft.proxy.http.h1;

import dev.weft.proxy.LoopConfined;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the time from a request's first byte to the end of its head ({@code
 * request_headers_timeout}).
 */
@LoopConfined
final class HeadTimer {
  private final EventLoop loop;
  private final Duration timeout;
  private final Runnable late;
  private @Nullable Future<?> task;

  /**
   * @param timeout zero: none
   */
  HeadTimer(EventLoop loop, Duration timeout, Runnable late) {
    this.loop = loop;
    this.timeout = timeout;
    this.late = late;
  }

  /** A head has begun and is not complete; further calls change nothing. */
  void start() {
    if (task == null && !timeout.isZero()) {
      task = loop.schedule(this::due, timeout.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  void stop() {
    if (task != null) {
      task.cancel(false);
      task = null;
    }
  }

  private void due() {
    if (task != null) {
      task = null;
      late.run();
    }
  }
}
