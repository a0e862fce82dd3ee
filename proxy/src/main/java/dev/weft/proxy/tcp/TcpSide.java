package dev.weft.proxy.tcp;

import dev.weft.proxy.LoopConfined;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one side of a session and writes to the other. The last handler of its pipeline. */
@LoopConfined
final class TcpSide extends ChannelInboundHandlerAdapter {
  private final TcpSession session;
  private final List<ByteBuf> held = new ArrayList<>(1);
  private @Nullable Channel channel;
  private @Nullable Channel to;
  private @Nullable TcpSide other;
  private boolean ended;
  private long bytes;

  TcpSide(TcpSession session) {
    this.session = session;
  }

  void attach(Channel of) {
    channel = of;
    of.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    of.pipeline().addLast(this);
  }

  /** Reads nothing more until {@link #join}; what comes meanwhile is kept. */
  void hold() {
    own().config().setAutoRead(false);
  }

  /** Writes to the other side from now on, first what was kept. */
  void join(Channel target, TcpSide targetsReader) {
    to = target;
    other = targetsReader;
    held.forEach(this::pass);
    held.clear();
    target.flush();
    if (ended) {
      endPeer();
    }
    own().config().setAutoRead(target.isWritable());
  }

  /** Bytes read. */
  long bytes() {
    return bytes;
  }

  void close() {
    if (channel != null) {
      channel.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf data = (ByteBuf) message;
    session.onBytes();
    if (to == null) {
      held.add(data);
    } else {
      pass(data);
    }
  }

  private void pass(ByteBuf data) {
    Channel target = target();
    bytes += data.readableBytes();
    target.write(data, target.voidPromise());
    if (!target.isWritable()) {
      own().config().setAutoRead(false);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (to != null) {
      to.flush();
    }
  }

  /** This channel takes data again: the other side may be read. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    TcpSide reader = other;
    if (reader != null && ctx.channel().isWritable()) {
      reader.own().config().setAutoRead(true);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent && !ended) {
      ended = true;
      if (to != null) {
        endPeer();
      }
    }
  }

  /** Ends the direction towards the other side, after what was written to it. */
  void endPeer() {
    Channel target = to;
    if (target == null || !target.isActive()) {
      return;
    }
    boolean whole = !own().isActive() || (other != null && other.ended);
    target
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            (ChannelFutureListener)
                done -> {
                  if (whole || target.pipeline().get(SslHandler.class) != null) {
                    target.close();
                  } else if (target instanceof SocketChannel socket) {
                    socket.shutdownOutput();
                  }
                });
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ended = true;
    session.onGone(this);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    held.forEach(ByteBuf::release);
    held.clear();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  private Channel own() {
    if (channel == null) {
      throw new IllegalStateException("not attached");
    }
    return channel;
  }

  private Channel target() {
    if (to == null) {
      throw new IllegalStateException("not joined");
    }
    return to;
  }
}
