package dev.weft.proxy.listener;

import dev.weft.proxy.tls.PeerRefusedException;
import io.netty.handler.ssl.NotSslRecordException;

/** Why a handshake of an accepted connection failed. Stateless. */
final class HandshakeFailures {
  private static final int MAX_CAUSES = 16;

  private HandshakeFailures() {}

  static Refusal of(Throwable cause) {
    if (cause instanceof NotSslRecordException) {
      return Refusal.PLAINTEXT;
    }
    return PeerRefusedException.faultIn(cause).map(Refusal::of).orElse(Refusal.TLS_ERROR);
  }

  /** What to log of it: what is wrong with the certificate, where that is it. */
  static String detail(Throwable cause) {
    Throwable next = cause;
    for (int depth = 0; next != null && depth < MAX_CAUSES; depth++) {
      if (next instanceof PeerRefusedException refused) {
        return String.valueOf(refused.getMessage());
      }
      next = next.getCause();
    }
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }
}
