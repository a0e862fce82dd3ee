package dev.weft.proxy.intercept;

import dev.weft.proxy.LoopConfined;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Collects the first bytes of a connection until they say enough, then steps aside and hands them
 * on. What is collected is bounded in bytes and time.
 *
 * @param <T> what the bytes say
 */
@LoopConfined
public abstract class FirstBytes<T> extends ChannelInboundHandlerAdapter {
  private final int maxBytes;
  private final Duration timeout;
  private final @Nullable T whenSilent;
  private final Listener<T> listener;
  private ByteBuf collected = Unpooled.EMPTY_BUFFER;
  private @Nullable Future<?> timer;
  private boolean decided;

  /**
   * @param timeout zero: none
   */
  protected FirstBytes(int maxBytes, Duration timeout, Listener<T> listener) {
    this(maxBytes, timeout, null, listener);
  }

  /**
   * @param timeout zero: none
   * @param whenSilent what is taken to be said by bytes that do not come in time; {@code null}:
   *     nothing, it is given up
   */
  protected FirstBytes(
      int maxBytes, Duration timeout, @Nullable T whenSilent, Listener<T> listener) {
    this.maxBytes = maxBytes;
    this.whenSilent = whenSilent;
    this.timeout = timeout;
    this.listener = listener;
  }

  /** Told once. */
  public interface Listener<T> {
    /**
     * Handlers that shall see the bytes are added to the pipeline's end here, or the channel is
     * closed.
     */
    void onDecision(T decision);

    /** Too slow or too long, or ended before enough came; the channel is to be closed. */
    void onGivenUp(String why);
  }

  /** What the bytes say; {@code null}: not enough yet. Does not consume. */
  protected abstract @Nullable T examine(ByteBuf bytes);

  /** How many of the bytes nobody else shall see. */
  protected int consumes(T decision) {
    return 0;
  }

  private void timedOut(ChannelHandlerContext ctx) {
    if (!decided && whenSilent != null) {
      decide(ctx, whenSilent);
    } else {
      giveUp("no decision after " + timeout);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (!timeout.isZero()) {
      timer = ctx.executor().schedule(() -> timedOut(ctx), timeout.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (decided) {
      ctx.fireChannelRead(bytes);
      return;
    }
    collected =
        collected.isReadable()
            ? ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), collected, bytes)
            : bytes;
    T decision = examine(collected);
    if (decision != null) {
      decide(ctx, decision);
    } else if (collected.readableBytes() >= maxBytes) {
      giveUp("undecided after " + collected.readableBytes() + " bytes");
    }
  }

  private void decide(ChannelHandlerContext ctx, T decision) {
    decided = true;
    stop();
    listener.onDecision(decision);
    ByteBuf all = collected;
    collected = Unpooled.EMPTY_BUFFER;
    all.skipBytes(consumes(decision));
    if (all.isReadable()) {
      ctx.fireChannelRead(all);
    } else {
      all.release();
    }
    ctx.pipeline().remove(this);
  }

  private void giveUp(String why) {
    if (!decided) {
      decided = true;
      stop();
      listener.onGivenUp(why);
    }
  }

  private void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (collected.isReadable()) {
      giveUp("the connection ended after " + collected.readableBytes() + " bytes");
    }
    stop();
    decided = true;
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    stop();
    collected.release();
    collected = Unpooled.EMPTY_BUFFER;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // The peer is gone, or we failed: either way nobody else can serve it.
    ctx.close();
  }
}
