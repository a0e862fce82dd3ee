package dev.weft.proxy.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection whose peer may still be sending: our direction first, the rest when the peer
 * has ended too or a second has passed.
 */
public final class LingeringClose {
  private static final int SECONDS = 1;

  private LingeringClose() {}

  /** Begins it when everything that was written has left. */
  public static void afterFlush(Channel channel) {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> begin(channel));
  }

  private static void begin(Channel channel) {
    if (!channel.isActive()) {
      channel.close();
      return;
    }
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound();
    } else if (channel instanceof SocketChannel socket) {
      socket.shutdownOutput();
    }
    channel.eventLoop().schedule(() -> channel.close(), SECONDS, TimeUnit.SECONDS);
  }
}
