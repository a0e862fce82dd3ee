package dev.weft.proxy.listener;

import dev.weft.proxy.LoopConfined;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * Counts the bytes that a codec reads and writes. In the pipeline only where a listener's access
 * log asks for it.
 */
@LoopConfined
final class WireBytes extends ChannelDuplexHandler {
  private long received;
  private long sent;

  long received() {
    return received;
  }

  long sent() {
    return sent;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf data) {
      received += data.readableBytes();
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf data) {
      sent += data.readableBytes();
    }
    ctx.write(message, promise);
  }
}
