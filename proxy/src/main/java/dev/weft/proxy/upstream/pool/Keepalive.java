package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that a host no longer answers although its connection stands: black-holed, or stopped
 * ({@code connection_keepalive} of the upstream's HTTP/2 options). While streams are open a PING
 * goes out every interval; a PING that is not answered in time, while nothing else came either,
 * ends the connection. So a dead host is left within interval plus time-out. On a connection that
 * was silent the first stream sends a PING at once.
 */
@LoopConfined
final class Keepalive {
  private final EventLoop loop;
  private final long intervalNanos;
  private final long timeoutNanos;
  private final LongConsumer ping;
  private final Runnable dead;
  private @Nullable Future<?> task;
  private boolean streams;
  private boolean waiting;
  private long lastRead = System.nanoTime();
  private long pingSent;
  private long count;

  /**
   * @param interval zero: no keepalive
   * @param ping sends one
   * @param dead called once, when the host does not answer
   */
  Keepalive(EventLoop loop, Duration interval, Duration timeout, LongConsumer ping, Runnable dead) {
    this.loop = loop;
    this.intervalNanos = interval.toNanos();
    this.timeoutNanos = timeout.toNanos();
    this.ping = ping;
    this.dead = dead;
  }

  /** Sees everything that comes from the host: a sign of life as good as an answer. */
  ChannelHandler observer() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object message) {
        lastRead = System.nanoTime();
        ctx.fireChannelRead(message);
      }
    };
  }

  /** A stream was opened. */
  void onStream() {
    if (streams || intervalNanos <= 0) {
      return;
    }
    streams = true;
    if (waiting) {
      return;
    }
    long silent = System.nanoTime() - lastRead;
    if (silent >= intervalNanos) {
      sendPing();
    } else {
      schedule(intervalNanos - silent);
    }
  }

  /** The last stream has ended. */
  void onNoStreams() {
    streams = false;
    if (!waiting) {
      stop();
    }
  }

  void onAck() {
    if (waiting) {
      waiting = false;
      stop();
      if (streams) {
        schedule(intervalNanos);
      }
    }
  }

  void stop() {
    if (task != null) {
      task.cancel(false);
      task = null;
    }
  }

  private void schedule(long nanos) {
    stop();
    task = loop.schedule(this::due, nanos, TimeUnit.NANOSECONDS);
  }

  private void due() {
    task = null;
    if (!waiting) {
      sendPing();
      return;
    }
    long since = System.nanoTime() - Math.max(pingSent, lastRead);
    if (since >= timeoutNanos) {
      dead.run();
    } else {
      schedule(timeoutNanos - since);
    }
  }

  private void sendPing() {
    waiting = true;
    pingSent = System.nanoTime();
    ping.accept(++count);
    schedule(timeoutNanos);
  }
}
