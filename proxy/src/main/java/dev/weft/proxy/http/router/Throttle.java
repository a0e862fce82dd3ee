package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.HeaderList;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a response's body through at a rate, as Envoy's rate limiter of streams does: a bucket of a
 * second's bytes, which begins with those of one tick when the request begins. What waits here is
 * not given back to the upstream's flow control: it is no more than that lets come.
 */
@LoopConfined
final class Throttle implements Runnable {
  private static final long TICK_MILLIS = 50;

  private final EventLoop loop;
  private final LongSupplier nanoTime;
  private final double bytesPerNano;
  private final double most;
  private final Sink sink;
  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
  private double tokens;
  private long filledAt;
  private @Nullable Future<?> timer;
  private @Nullable HeaderList trailers;
  private boolean ended;
  private boolean closed;

  /** Where the body goes. */
  interface Sink {
    /** Takes ownership of the buffer; may close the throttle. */
    void pass(ByteBuf data, boolean end);

    void pass(HeaderList trailers);
  }

  /**
   * @param since when the bucket began to fill, by {@code nanoTime}
   * @param bytesPerSecond at least 1
   */
  Throttle(EventLoop loop, LongSupplier nanoTime, long since, long bytesPerSecond, Sink sink) {
    this.loop = loop;
    this.nanoTime = nanoTime;
    this.bytesPerNano = bytesPerSecond / 1e9;
    this.most = bytesPerSecond;
    this.tokens = bytesPerSecond * TICK_MILLIS / 1e3;
    this.filledAt = since;
    this.sink = sink;
  }

  void data(ByteBuf data, boolean end) {
    if (closed) {
      data.release();
      return;
    }
    waiting.add(data);
    ended = end;
    arm(0);
  }

  void trailers(HeaderList last) {
    if (!closed) {
      trailers = last;
      ended = true;
      arm(0);
    }
  }

  private void arm(long millis) {
    if (timer == null) {
      timer = loop.schedule(this, millis, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void run() {
    timer = null;
    long now = nanoTime.getAsLong();
    tokens = Math.min(most, tokens + (now - filledAt) * bytesPerNano);
    filledAt = now;
    while (!waiting.isEmpty() && (tokens >= 1 || !waiting.element().isReadable())) {
      passOne();
    }
    if (!waiting.isEmpty()) {
      arm(TICK_MILLIS);
    } else if (trailers != null) {
      sink.pass(trailers);
    }
  }

  private void passOne() {
    ByteBuf first = waiting.element();
    int length = (int) Math.min(first.readableBytes(), tokens);
    tokens -= length;
    if (length < first.readableBytes()) {
      sink.pass(first.readRetainedSlice(length), false);
    } else {
      waiting.remove();
      sink.pass(first, ended && waiting.isEmpty() && trailers == null);
    }
  }

  /** Drops what waits; nothing passes any more. */
  void close() {
    closed = true;
    if (timer != null) {
      timer.cancel(false);
    }
    waiting.forEach(ByteBuf::release);
    waiting.clear();
    trailers = null;
  }
}
