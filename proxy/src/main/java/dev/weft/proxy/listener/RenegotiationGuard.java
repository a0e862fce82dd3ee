package dev.weft.proxy.listener;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.codec.Unexpected;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import java.util.Locale;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * Stands behind the TLS handler of a connection of TLS 1.2: a peer may ask for another handshake
 * there, which the engines refuse, and this tells from other errors. Connections of TLS 1.3 have
 * none: the protocol has no renegotiation (RFC 8446 section 4.1.2).
 */
@LoopConfined
final class RenegotiationGuard extends ChannelInboundHandlerAdapter {
  private final Consumer<Throwable> attempted;

  /**
   * @param attempted is told once, with the engine's error
   */
  RenegotiationGuard(Consumer<Throwable> attempted) {
    this.attempted = attempted;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Throwable origin =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    if (isRenegotiation(origin)) {
      ctx.pipeline().remove(this);
      attempted.accept(origin);
    } else {
      Unexpected.close(ctx, cause);
    }
  }

  /** BoringSSL says NO_RENEGOTIATION, the JDK "renegotiation is not allowed", Netty in between. */
  private static boolean isRenegotiation(Throwable origin) {
    String message = origin.getMessage();
    return origin instanceof SSLException
        && message != null
        && message.toLowerCase(Locale.ROOT).contains("renegotiation");
  }
}
