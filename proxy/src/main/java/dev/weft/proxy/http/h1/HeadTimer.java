package dev.weft.proxy.http.h1;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.failure.CodecRefusal;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the time from a request's first byte to the end of its head, by {@code
 * request_headers_timeout} or by {@code max_stream_duration}, which begins there too.
 */
@LoopConfined
final class HeadTimer {
  private final EventLoop loop;
  private final Duration timeout;
  private final CodecRefusal reason;
  private final Consumer<CodecRefusal> late;
  private @Nullable Future<?> task;

  HeadTimer(EventLoop loop, HttpConnectionManager config, Consumer<CodecRefusal> late) {
    Duration head = config.requestHeadersTimeout();
    Duration stream = config.protocols().maxStreamDuration();
    boolean shorter = !stream.isZero() && (head.isZero() || stream.compareTo(head) < 0);
    this.loop = loop;
    this.timeout = shorter ? stream : head;
    this.reason = shorter ? CodecRefusal.STREAM_DURATION : CodecRefusal.HEADERS_TIMEOUT;
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
      late.accept(reason);
    }
  }
}
