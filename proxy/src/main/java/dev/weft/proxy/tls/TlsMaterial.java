package dev.weft.proxy.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The node's own SVID: what the secret {@code svid} stands for. Immutable.
 *
 * @param key EC P-256; never printed
 * @param chain leaf first, without the root
 * @param ownRoots roots of the own trust domain, as the agent last sent them
 */
public record TlsMaterial(
    PrivateKey key, List<X509Certificate> chain, List<X509Certificate> ownRoots) {
  /** The secret name under which a TLS context refers to it. */
  public static final String SECRET = "svid";

  public TlsMaterial {
    chain = List.copyOf(chain);
    ownRoots = List.copyOf(ownRoots);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("a certificate chain has at least a leaf");
    }
  }

  /** The certificate that names the node. */
  public X509Certificate leaf() {
    return chain.getFirst();
  }

  /** Says which certificate it is, never the key. */
  @Override
  public String toString() {
    return "TlsMaterial[serial="
        + leaf().getSerialNumber().toString(16)
        + ", notAfter="
        + leaf().getNotAfter().toInstant()
        + "]";
  }
}
