package dev.weft.proxy.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/**
 * Makes every handshake a full one: no engine keeps a session, and none hands out a ticket, which
 * is a session that the peer keeps. Who resumes shows no certificate, so that one that has ended
 * since then would go on being good.
 */
final class NoResumption {
  private NoResumption() {}

  /** Before handlers are made of it. */
  static void apply(SslContext context) {
    SSLSessionContext sessions = context.sessionContext();
    if (sessions instanceof OpenSslSessionContext openSsl) {
      openSsl.setSessionCacheEnabled(false);
    }
  }

  /** Before the handshake begins. */
  static void apply(SslHandler handler) {
    SSLEngine engine = handler.engine();
    if (engine instanceof ReferenceCountedOpenSslEngine openSsl) {
      // Netty takes this option away for TLS 1.3, unless a system property says otherwise.
      SSL.setOptions(openSsl.sslPointer(), SSL.SSL_OP_NO_TICKET);
    } else {
      // The JDK keeps one session, for a second; an invalid one is not taken up again.
      handler.handshakeFuture().addListener(_ -> engine.getSession().invalidate());
    }
  }
}
