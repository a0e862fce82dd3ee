package dev.weft.proxy.tls;

import dev.weft.policy.svid.SvidFault;
import java.security.cert.CertificateException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Ends a handshake with a peer whose certificate was refused; carries the reason through the TLS
 * engine.
 */
public final class PeerRefusedException extends CertificateException {
  private static final long serialVersionUID = 1;
  private static final int MAX_CAUSES = 32;

  private final SvidFault fault;

  PeerRefusedException(SvidFault fault, String detail) {
    super(fault.label() + ": " + detail);
    this.fault = fault;
  }

  /** Why. */
  public SvidFault fault() {
    return fault;
  }

  /**
   * Why a handshake failed, when it failed on the peer's certificate: looks through causes and
   * suppressed exceptions, because JDK TLS and BoringSSL wrap it differently. A server that got no
   * certificate at all never reaches a trust manager; that is told by the engines' messages.
   */
  public static Optional<SvidFault> faultIn(Throwable failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    ArrayDeque<Throwable> open = new ArrayDeque<>();
    open.add(failure);
    while (!open.isEmpty() && seen.size() < MAX_CAUSES) {
      Throwable next = open.remove();
      if (!seen.add(next)) {
        continue;
      }
      if (next instanceof PeerRefusedException refused) {
        return Optional.of(refused.fault());
      }
      if (saysNoCertificate(next)) {
        return Optional.of(SvidFault.NO_CERTIFICATE);
      }
      if (next.getCause() != null) {
        open.add(next.getCause());
      }
      Collections.addAll(open, next.getSuppressed());
    }
    return Optional.empty();
  }

  private static boolean saysNoCertificate(Throwable failure) {
    String message = failure.getMessage();
    if (message == null) {
      return false;
    }
    String upper = message.toUpperCase(Locale.ROOT);
    return upper.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE")
        || upper.contains("EMPTY CLIENT CERTIFICATE CHAIN");
  }
}
