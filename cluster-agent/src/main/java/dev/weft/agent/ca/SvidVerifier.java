package dev.weft.agent.ca;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whose certificate chain this is (SPIFFE X.509-SVID section 5). A chain is checked against the
 * roots of the trust domain that its own leaf names and against no others, so that an authority can
 * vouch for its own trust domain only. Pure.
 */
final class SvidVerifier {
  private static final int URI_NAME = 6;
  private static final int LONGEST_CHAIN = 4;
  private static final int KEY_CERT_SIGN = 5;
  private static final int CRL_SIGN = 6;

  private SvidVerifier() {}

  static SpiffeId verify(
      List<X509Certificate> chain,
      Map<TrustDomain, List<X509Certificate>> trusted,
      String purposeOid,
      Instant now)
      throws CertificateException {
    if (chain.isEmpty() || chain.size() > LONGEST_CHAIN) {
      throw new CertificateException("a chain of " + chain.size() + " certificates");
    }
    X509Certificate leaf = chain.getFirst();
    SpiffeId id = identity(leaf);
    requireLeaf(leaf, purposeOid);
    List<X509Certificate> roots = trusted.getOrDefault(id.trustDomain(), List.of());
    if (roots.isEmpty()) {
      throw new CertificateException("no trust in trust domain " + id.trustDomain());
    }
    validate(chain, roots, now);
    return id;
  }

  /** The URIs among a certificate's alternative names. */
  static List<String> uris(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(name -> Integer.valueOf(URI_NAME).equals(name.get(0)))
              .map(name -> String.valueOf(name.get(1)))
              .toList();
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }

  private static SpiffeId identity(X509Certificate leaf) throws CertificateException {
    List<String> uris = uris(leaf);
    if (uris.size() != 1) {
      throw new CertificateException("not one URI name but " + uris.size());
    }
    try {
      return SpiffeId.parse(uris.getFirst());
    } catch (IllegalArgumentException e) {
      throw new CertificateException(e.getMessage(), e);
    }
  }

  private static void requireLeaf(X509Certificate leaf, String purposeOid)
      throws CertificateException {
    boolean[] usage = leaf.getKeyUsage();
    if (leaf.getBasicConstraints() >= 0
        || (usage != null && (usage[KEY_CERT_SIGN] || usage[CRL_SIGN]))) {
      throw new CertificateException("an authority's certificate in place of a workload's");
    }
    List<String> purposes = leaf.getExtendedKeyUsage();
    if (purposes != null && !purposes.contains(purposeOid)) {
      throw new CertificateException("not for this use: " + purposes);
    }
  }

  private static void validate(
      List<X509Certificate> chain, List<X509Certificate> roots, Instant now)
      throws CertificateException {
    try {
      Set<TrustAnchor> anchors =
          roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
      PKIXParameters parameters = new PKIXParameters(anchors);
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      List<X509Certificate> path = chain.stream().filter(one -> !roots.contains(one)).toList();
      CertPathValidator.getInstance("PKIX")
          .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
    } catch (CertPathValidatorException e) {
      throw new CertificateException("not trusted: " + e.getReason() + ", " + e.getMessage(), e);
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new CertificateException("could not be checked: " + e.getMessage(), e);
    }
  }
}
