package dev.weft.proxy.upstream.pool;

import io.netty.channel.Channel;
import io.netty.channel.unix.Errors;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;

/**
 * Whether a request that was sent to an application on this machine was left unread by it. Linux
 * ends a dead process's connection with a reset where received bytes were not read (RFC 1122
 * section 4.2.2.13, RFC 2525 section 2.17), and with an ordinary end where they were. See {@code
 * docs/adr/0005}. Pure but for the channel that it asks.
 */
final class UnreadRequest {
  /**
   * Up to this size a server takes a request with one read, so that an unread byte means an unread
   * request.
   */
  static final int ONE_READ = 4096;

  private UnreadRequest() {}

  /**
   * Whether the end of the connection speaks for an unread request. The application's death has to
   * be asked for besides: one that lives may reset whatever it likes.
   *
   * @param reset whether the connection ended by a reset
   * @param sent bytes of the request, all of them
   */
  static boolean suspected(Channel channel, boolean reset, int sent) {
    return reset
        && sent <= ONE_READ
        && channel.pipeline().get(SslHandler.class) == null
        && channel.remoteAddress() instanceof InetSocketAddress host
        && channel.localAddress() instanceof InetSocketAddress here
        // Only this machine's kernel is known to speak so; others, and what stands between, may
        // not.
        && (host.getAddress().isLoopbackAddress() || host.getAddress().equals(here.getAddress()));
  }

  /** Whether the exception is a reset by the peer. */
  static boolean isReset(Throwable cause) {
    return cause instanceof Errors.NativeIoException io
        && io.expectedErr() == Errors.ERRNO_ECONNRESET_NEGATIVE;
  }
}
