package dev.weft.proxy.listener;

import dev.weft.proxy.LoopConfined;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a peer sends while it is not known whether its connection may go on. Beyond a limit
 * nothing more is read until then.
 */
@LoopConfined
final class HeldBytes extends ChannelInboundHandlerAdapter {
  private final Channel channel;
  private final int limit;
  private final Runnable onGone;
  private final List<ByteBuf> held = new ArrayList<>(1);
  private @Nullable ChannelHandlerContext context;
  private int size;
  private boolean ended;

  private HeldBytes(Channel channel, int limit, Runnable onGone) {
    this.channel = channel;
    this.limit = limit;
    this.onGone = onGone;
  }

  /**
   * Holds a connection from now on, at its pipeline's end.
   *
   * @param limit bytes
   * @param halfClose whether a peer that has sent all may still wait for an answer
   * @param onGone told when the connection ends meanwhile
   */
  static HeldBytes hold(Channel channel, int limit, boolean halfClose, Runnable onGone) {
    HeldBytes holding = new HeldBytes(channel, limit, onGone);
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClose);
    channel.pipeline().addLast(holding);
    return holding;
  }

  /** Hands on what was kept, to handlers that were added behind this one. */
  void release() {
    ChannelHandlerContext at = context;
    if (at == null) {
      return;
    }
    List<ByteBuf> all = List.copyOf(held);
    held.clear();
    all.forEach(at::fireChannelRead);
    if (!all.isEmpty()) {
      at.fireChannelReadComplete();
    }
    if (ended) {
      at.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
    channel.pipeline().remove(this);
  }

  /** Lets the peer be read again, if it was not: before those are added who serve it. */
  void open() {
    channel.config().setAutoRead(true);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    held.add(bytes);
    size += bytes.readableBytes();
    if (size >= limit) {
      channel.config().setAutoRead(false);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {}

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      ended = true;
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    onGone.run();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    held.forEach(ByteBuf::release);
    held.clear();
    context = null;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
