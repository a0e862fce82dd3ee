package dev.weft.proxy.listener;

import dev.weft.proxy.tls.PeerRefusedException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;

/** Why a handshake of an accepted connection failed. Stateless. */
final class HandshakeFailures {
  private static final int MAX_CAUSES = 16;

  private HandshakeFailures() {}

  static Refusal of(Throwable cause) {
    if (cause instanceof NotSslRecordException) {
      return Refusal.PLAINTEXT;
    }
    if (cause instanceof SslHandshakeTimeoutException) {
      return Refusal.HANDSHAKE_TIMEOUT;
    }
    return PeerRefusedException.faultIn(cause)
        .map(Refusal::of)
        .orElse(isOfVersion(cause) ? Refusal.TLS_VERSION : Refusal.TLS_ERROR);
  }

  /** In BoringSSL's words, and in the JDK's for clients that name their versions or only one. */
  private static boolean isOfVersion(Throwable cause) {
    Throwable next = cause;
    for (int depth = 0; next != null && depth < MAX_CAUSES; depth++) {
      String message = String.valueOf(next.getMessage());
      if (message.contains("UNSUPPORTED_PROTOCOL")
          || message.contains("are not accepted by server preferences")
          || message.contains("is not enabled or supported in server context")) {
        return true;
      }
      next = next.getCause();
    }
    return false;
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
