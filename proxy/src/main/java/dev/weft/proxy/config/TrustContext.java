package dev.weft.proxy.config;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whom to believe.
 *
 * @param bundles for SPIFFE validation: trust domain name to the DER certificates of its roots. A
 *     peer's chain counts only for the trust domain in its own SPIFFE id. Bundles are never joined
 * @param revocations trust domain name to its revocation lists, DER; where there are any, every
 *     issuer of a chain needs one
 */
public record TrustContext(
    Map<String, List<byte[]>> bundles, Map<String, List<byte[]>> revocations) {
  public TrustContext {
    bundles = Map.copyOf(bundles);
    revocations = Map.copyOf(revocations);
  }

  /** Without revocation lists. */
  public TrustContext(Map<String, List<byte[]>> bundles) {
    this(bundles, Map.of());
  }

  /** Trust in one domain. */
  public static TrustContext of(String trustDomain, List<X509Certificate> roots) {
    List<byte[]> encoded = new ArrayList<>();
    for (X509Certificate root : roots) {
      try {
        encoded.add(root.getEncoded());
      } catch (CertificateEncodingException e) {
        throw new IllegalArgumentException("a root without encoding", e);
      }
    }
    return new TrustContext(Map.of(trustDomain, encoded));
  }
}
