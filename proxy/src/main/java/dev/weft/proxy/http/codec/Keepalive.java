package dev.weft.proxy.http.codec;

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
 * Finds out that a peer no longer answers although its connection stands: black-holed, or stopped
 * ({@code connection_keepalive} of the HTTP/2 options of either side). While it is used a PING goes
 * out every interval; a PING that is not answered in time, while nothing else came either, ends the
 * connection. So a dead peer is left within interval plus time-out. When a connection that was
 * silent is used again a PING goes out at once.
 */
@LoopConfined
public final class Keepalive {
  private final EventLoop loop;
  private final long intervalNanos;
  private final long timeoutNanos;
  private final LongConsumer ping;
  private final Runnable dead;
  private @Nullable Future<?> task;
  private boolean used;
  private boolean waiting;
  private long lastRead = System.nanoTime();
  private long pingSent;
  private long count;

  /**
   * @param interval zero: no keepalive
   * @param ping sends one
   * @param dead called once, when the peer does not answer
   */
  public Keepalive(
      EventLoop loop, Duration interval, Duration timeout, LongConsumer ping, Runnable dead) {
    this.loop = loop;
    this.intervalNanos = interval.toNanos();
    this.timeoutNanos = timeout.toNanos();
    this.ping = ping;
    this.dead = dead;
  }

  /** Sees everything that comes from the peer: a sign of life as good as an answer. */
  public ChannelHandler observer() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object message) {
        lastRead = System.nanoTime();
        ctx.fireChannelRead(message);
      }
    };
  }

  /** The connection is used from now on: a host's by a stream, a caller's while it stands. */
  public void onUse() {
    if (used || intervalNanos <= 0) {
      return;
    }
    used = true;
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

  /** It is not used any more: the last stream has ended. */
  public void onUnused() {
    used = false;
    if (!waiting) {
      stop();
    }
  }

  /** A PING was answered. */
  public void onAck() {
    if (waiting) {
      waiting = false;
      stop();
      if (used) {
        schedule(intervalNanos);
      }
    }
  }

  /** Ends it. */
  public void stop() {
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
