package dev.weft.proxy.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection whose peer may still be sending: our direction first, the rest when the peer
 * has ended too or a time has passed.
 */
public final class LingeringClose {
  private LingeringClose() {}

  /**
   * Begins it when everything that was written has left.
   *
   * @param wait how long the peer is waited for; zero: the connection ends at once
   */
  public static void afterFlush(Channel channel, Duration wait) {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> begin(channel, wait));
  }

  private static void begin(Channel channel, Duration wait) {
    if (!channel.isActive() || wait.isZero()) {
      channel.close();
      return;
    }
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound();
    } else if (channel instanceof SocketChannel socket) {
      socket.shutdownOutput();
    }
    channel.eventLoop().schedule(() -> channel.close(), wait.toMillis(), TimeUnit.MILLISECONDS);
  }
}
