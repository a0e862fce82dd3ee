package dev.weft.proxy.tls;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The client's end of a connection.
 *
 * @param tls its handshake is done or has failed
 */
record Dialled(Channel channel, SslHandler tls) {

  /** The handshake's future tells what went wrong. */
  private static final class Quiet extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  /** Connects and shakes hands; waits for it. */
  static Dialled dial(
      EventLoopGroup group, SocketAddress to, Function<ByteBufAllocator, SslHandler> tls)
      throws Exception {
    CompletableFuture<SslHandler> shaken = new CompletableFuture<>();
    Channel channel =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel open) {
                    SslHandler handler = tls.apply(open.alloc());
                    open.pipeline().addLast(handler, new Quiet());
                    handler.handshakeFuture().addListener(_ -> shaken.complete(handler));
                  }
                })
            .connect(to)
            .sync()
            .channel();
    return new Dialled(channel, shaken.get(30, TimeUnit.SECONDS));
  }
}
