package dev.weft.proxy.listener;

import dev.weft.proxy.LoopConfined;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.Consumer;

/** Stands behind the TLS handler until the handshake is over, so that no decrypted byte is lost. */
@LoopConfined
final class TlsOutcome extends ChannelInboundHandlerAdapter {
  private final Runnable success;
  private final Consumer<Throwable> failure;

  TlsOutcome(Runnable success, Consumer<Throwable> failure) {
    this.success = success;
    this.failure = failure;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done) {
      if (done.isSuccess()) {
        success.run();
        ctx.pipeline().remove(this);
      } else {
        failure.accept(done.cause());
      }
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Told by the event already, or an I/O error of a peer that is gone.
    ctx.close();
  }
}
