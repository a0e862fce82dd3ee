package dev.weft.proxy.tls;

import dev.weft.policy.svid.SvidFault;
import dev.weft.proxy.config.SanMatcher;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides whether a server outside of the mesh is who was asked for: a chain to an authority that
 * is believed (RFC 5280), in force, for servers, with an expected name. Whether a certificate was
 * revoked is not asked. Immutable and thread-safe.
 */
final class ServerVerifier {
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final String ANY_USE = "2.5.29.37.0";

  /** Longer ones cost more than anybody needs. */
  private static final int LONGEST_CHAIN = 16;

  private final Set<TrustAnchor> authorities;
  private final List<SanMatcher> expected;
  private final InstantSource clock;

  /**
   * @param expected one of which has to accept a name; empty: any name
   */
  ServerVerifier(
      List<X509Certificate> authorities, List<SanMatcher> expected, InstantSource clock) {
    this.authorities =
        authorities.stream()
            .map(authority -> new TrustAnchor(authority, null))
            .collect(Collectors.toUnmodifiableSet());
    this.expected = List.copyOf(expected);
    this.clock = clock;
  }

  /** Throws what is wrong with a chain, leaf first, as the server sent it. */
  void verify(List<X509Certificate> chain) throws PeerRefusedException {
    if (chain.isEmpty() || chain.size() > LONGEST_CHAIN) {
      throw new PeerRefusedException(
          SvidFault.INVALID_SVID, "a chain of " + chain.size() + " certificates");
    }
    X509Certificate leaf = chain.getFirst();
    Date now = Date.from(clock.instant());
    inForce(leaf, now);
    purpose(leaf);
    path(chain, now);
    if (!expected.isEmpty() && !SubjectNames.any(expected, leaf)) {
      throw new PeerRefusedException(
          SvidFault.IDENTITY_MISMATCH, "the server's certificate has none of the expected names");
    }
  }

  private static void inForce(X509Certificate certificate, Date now) throws PeerRefusedException {
    try {
      certificate.checkValidity(now);
    } catch (CertificateExpiredException e) {
      throw new PeerRefusedException(
          SvidFault.EXPIRED, "ended at " + certificate.getNotAfter().toInstant());
    } catch (CertificateNotYetValidException e) {
      throw new PeerRefusedException(
          SvidFault.NOT_YET_VALID, "begins at " + certificate.getNotBefore().toInstant());
    }
  }

  private static void purpose(X509Certificate leaf) throws PeerRefusedException {
    try {
      List<String> uses = leaf.getExtendedKeyUsage();
      if (uses != null && !uses.contains(SERVER_AUTH) && !uses.contains(ANY_USE)) {
        throw new PeerRefusedException(SvidFault.KEY_USAGE, "the certificate is for no server");
      }
    } catch (CertificateParsingException e) {
      throw new PeerRefusedException(SvidFault.INVALID_SVID, "its uses cannot be read");
    }
  }

  private void path(List<X509Certificate> chain, Date now) throws PeerRefusedException {
    X509CertSelector leaf = new X509CertSelector();
    leaf.setCertificate(chain.getFirst());
    try {
      PKIXBuilderParameters parameters = new PKIXBuilderParameters(authorities, leaf);
      parameters.addCertStore(
          CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
      parameters.setRevocationEnabled(false);
      parameters.setMaxPathLength(LONGEST_CHAIN);
      parameters.setDate(now);
      CertPathBuilder.getInstance("PKIX").build(parameters);
    } catch (CertPathBuilderException e) {
      throw new PeerRefusedException(
          SvidFault.UNTRUSTED_ISSUER, "no chain to an authority that is believed");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("PKIX is not there", e);
    }
  }
}
