package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.unix.Errors;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;

/**
 * Whether a request that was sent to an application on this machine was left unread by it. Linux
 * ends a dead process's connection with a reset where received bytes were not read (RFC 1122
 * section 4.2.2.13, RFC 2525 section 2.17), and with an ordinary end where they were. See {@code
 * docs/adr/0005}. One for each connection, told what goes over it.
 */
@LoopConfined
final class UnreadRequest {
  /**
   * Up to this size a server takes a request with one read, so that an unread byte means an unread
   * request.
   */
  private static final int ONE_READ = 4096;

  private final Channel channel;
  private final Transport transport;

  /** Bytes of the request under way, as far as they matter, and whether anything came back. */
  private int sent;

  private boolean heard;
  private boolean reset;

  UnreadRequest(Channel channel, Transport transport) {
    this.channel = channel;
    this.transport = transport;
  }

  /** A request begins. */
  void begin() {
    sent = 0;
    heard = false;
  }

  /** So many bytes of it are sent. */
  void sent(int bytes) {
    sent += Math.min(bytes, ONE_READ + 1 - Math.min(sent, ONE_READ + 1));
  }

  /** Something came back. */
  void heard() {
    heard = true;
  }

  /**
   * Nothing more is to be read for now, which may be the end: asks while the kernel still knows.
   */
  void readAll() {
    if (!heard) {
      reset |= transport.peerHasReset(channel);
    }
  }

  /** The connection failed. */
  void failed(Throwable cause) {
    reset |=
        cause instanceof Errors.NativeIoException io
            && io.expectedErr() == Errors.ERRNO_ECONNRESET_NEGATIVE;
  }

  /**
   * Whether the end of the connection speaks for it. The application's death has to be asked for
   * besides: one that lives may reset whatever it likes.
   */
  boolean suspected() {
    return !heard
        && reset
        && sent <= ONE_READ
        && channel.pipeline().get(SslHandler.class) == null
        && channel.remoteAddress() instanceof InetSocketAddress host
        && channel.localAddress() instanceof InetSocketAddress here
        // Only this machine's kernel is known to speak so; others, and what stands between, may
        // not.
        && (host.getAddress().isLoopbackAddress() || host.getAddress().equals(here.getAddress()));
  }
}
