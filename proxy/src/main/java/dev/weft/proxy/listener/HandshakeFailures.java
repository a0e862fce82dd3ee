package dev.weft.proxy.listener;

import dev.weft.proxy.tls.PeerRefusedException;
import dev.weft.proxy.tls.RefusalReason;
import io.netty.handler.ssl.NotSslRecordException;

/** Why a handshake of an accepted connection failed. Stateless. */
final class HandshakeFailures {
  private HandshakeFailures() {}

  static Refusal of(Throwable cause) {
    if (cause instanceof NotSslRecordException) {
      return Refusal.PLAINTEXT;
    }
    return PeerRefusedException.reasonIn(cause)
        .map(HandshakeFailures::of)
        .orElse(Refusal.TLS_ERROR);
  }

  private static Refusal of(RefusalReason reason) {
    return switch (reason) {
      case NO_CLIENT_CERTIFICATE -> Refusal.NO_CLIENT_CERTIFICATE;
      case INVALID_SVID -> Refusal.INVALID_SVID;
      case WRONG_TRUST_DOMAIN -> Refusal.WRONG_TRUST_DOMAIN;
      case UNTRUSTED_ISSUER -> Refusal.UNTRUSTED_ISSUER;
      case EXPIRED -> Refusal.EXPIRED;
      case IDENTITY_MISMATCH -> Refusal.IDENTITY_MISMATCH;
    };
  }
}
