package dev.weft.proxy.http.codec;

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

/**
 * Bytes of another protocol on a connection that has been upgraded, or that carries the inside of a
 * CONNECT. Each direction ends by itself; over TLS, whose end nobody can answer to, both end. No
 * more is read than the listener has {@linkplain #consumed taken}. The last handler of its
 * pipeline.
 */
@LoopConfined
public final class Tunnel extends ChannelInboundHandlerAdapter {
  private final Channel channel;
  private final int bufferLimit;
  private final Listener listener;
  private final FlushOnce flush;
  private long unconsumed;
  private boolean inputEnded;

  /** Told what comes. */
  public interface Listener {
    /** Takes ownership; to be accounted for by {@link #consumed}. */
    void onBytes(ByteBuf bytes);

    /** The peer sends nothing more. */
    void onEnd();

    /** The connection takes bytes again. */
    void onWritable();

    /** The connection is gone. */
    void onGone();
  }

  private Tunnel(Channel channel, int bufferLimit, Listener listener) {
    this.channel = channel;
    this.bufferLimit = bufferLimit;
    this.listener = listener;
    this.flush = new FlushOnce(channel, channel::flush);
  }

  /**
   * Takes over what comes down the pipeline from now on.
   *
   * @param bufferLimit bytes that may be unconsumed
   */
  public static Tunnel on(Channel channel, int bufferLimit, Listener listener) {
    Tunnel tunnel = new Tunnel(channel, bufferLimit, listener);
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    channel.pipeline().addLast(tunnel);
    return tunnel;
  }

  /** Bytes that were read before the tunnel was there, or after; takes ownership. */
  public void read(ByteBuf bytes) {
    if (!bytes.isReadable()) {
      bytes.release();
      return;
    }
    unconsumed += bytes.readableBytes();
    listener.onBytes(bytes);
    adjust();
  }

  private void adjust() {
    boolean wanted = unconsumed <= bufferLimit;
    if (channel.config().isAutoRead() != wanted) {
      channel.config().setAutoRead(wanted);
    }
  }

  /** Bytes were passed on or dropped. */
  public void consumed(int bytes) {
    unconsumed -= bytes;
    adjust();
  }

  public void write(ByteBuf bytes) {
    channel.write(bytes, channel.voidPromise());
    flush.ask();
  }

  public boolean writable() {
    return channel.isWritable();
  }

  /** Nothing more is written. */
  public void end() {
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            (ChannelFutureListener)
                written -> {
                  if (inputEnded || channel.pipeline().get(SslHandler.class) != null) {
                    channel.close();
                  } else if (channel instanceof SocketChannel socket) {
                    socket.shutdownOutput();
                  }
                });
  }

  /** Both directions end, after what was written. */
  public void close() {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    read((ByteBuf) message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent && !inputEnded) {
      inputEnded = true;
      listener.onEnd();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      listener.onWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    listener.onGone();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // channelInactive follows.
    Unexpected.close(ctx, cause);
  }
}
