package dev.weft.proxy.tls;

import dev.weft.policy.svid.SvidFault;
import io.netty.handler.ssl.OpenSslCertificateException;
import java.security.cert.CertificateException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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

  /**
   * The same in a form of which BoringSSL makes the alert that the peer is told (RFC 8446 section
   * 6.2); of any other exception it would make {@code internal_error}. The JDK always says {@code
   * certificate_unknown}.
   */
  CertificateException toldByAlert() {
    return new OpenSslCertificateException(getMessage(), this, verifyResult());
  }

  /** As openssl/x509.h numbers results of verification: the least that leads to the right alert. */
  private int verifyResult() {
    return switch (fault) {
      case EXPIRED -> 10; // X509_V_ERR_CERT_HAS_EXPIRED: certificate_expired
      case REVOKED -> 23; // X509_V_ERR_CERT_REVOKED: certificate_revoked
      case WRONG_TRUST_DOMAIN,
          UNTRUSTED_ISSUER,
          TRUNCATED_CHAIN,
          BROKEN_CHAIN,
          REVOCATION_UNKNOWN ->
          20; // X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknown_ca
      case KEY_USAGE, CA_AS_LEAF -> 26; // X509_V_ERR_INVALID_PURPOSE: unsupported_certificate
      case NO_CERTIFICATE,
          INVALID_SVID,
          MISSING_URI,
          SEVERAL_URIS,
          NOT_A_SPIFFE_ID,
          WEAK_KEY,
          WEAK_SIGNATURE,
          ISSUER_NOT_ALLOWED,
          CRITICAL_EXTENSION,
          NOT_YET_VALID,
          IDENTITY_MISMATCH ->
          28; // X509_V_ERR_CERT_REJECTED: bad_certificate
    };
  }

  /** Why. */
  public SvidFault fault() {
    return fault;
  }

  /**
   * Why a handshake failed, when it failed on the peer's certificate: looks through causes and
   * suppressed exceptions, because JDK TLS and BoringSSL wrap it differently. What an engine
   * refuses by itself never reaches a trust manager; that is told by the engines' messages.
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
      Optional<SvidFault> said = said(next.getMessage());
      if (said.isPresent()) {
        return said;
      }
      if (next.getCause() != null) {
        open.add(next.getCause());
      }
      Collections.addAll(open, next.getSuppressed());
    }
    return Optional.empty();
  }

  private static Optional<SvidFault> said(@Nullable String message) {
    String upper = message == null ? "" : message.toUpperCase(Locale.ROOT);
    if (upper.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE")
        || upper.contains("EMPTY CLIENT CERTIFICATE CHAIN")) {
      return Optional.of(SvidFault.NO_CERTIFICATE);
    }
    // BoringSSL looks by itself whether a leaf may sign handshakes, which an authority's often may
    // not.
    return upper.contains("KEY_USAGE_BIT_INCORRECT")
        ? Optional.of(SvidFault.KEY_USAGE)
        : Optional.empty();
  }
}
