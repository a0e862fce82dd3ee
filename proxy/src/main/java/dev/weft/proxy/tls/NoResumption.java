package dev.weft.proxy.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import javax.net.ssl.SSLSessionContext;

/** Makes every handshake a full one. */
final class NoResumption {
  private NoResumption() {}

  static void apply(SslContext context) {
    SSLSessionContext sessions = context.sessionContext();
    if (sessions instanceof OpenSslSessionContext openSsl) {
      openSsl.setSessionCacheEnabled(false);
    }
  }
}
