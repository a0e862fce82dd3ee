package dev.weft.proxy.http.codec;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import org.jboss.logging.Logger;

/** What to do with an exception in a pipeline: the connection ends, and a bug is logged. */
public final class Unexpected {
  private static final Logger LOG = Logger.getLogger(Unexpected.class);

  private Unexpected() {}

  /**
   * Closes the connection. A peer that went away, or that sent what TLS does not take, is nothing
   * to log here: whoever listens to the channel's end deals with it.
   */
  public static void close(ChannelHandlerContext ctx, Throwable cause) {
    Throwable origin =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    if (!(origin instanceof IOException)) {
      LOG.errorf(origin, "bug: peer=%s", ctx.channel().remoteAddress());
    }
    ctx.close();
  }
}
