package dev.weft.proxy.config;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Who the proxy is to a server outside of the mesh that asks for it. Immutable.
 *
 * @param key never printed
 * @param chain leaf first
 */
public record ClientCredential(PrivateKey key, List<X509Certificate> chain) {
  public ClientCredential {
    chain = List.copyOf(chain);
  }

  /** Says which certificate it is, never the key. */
  @Override
  public String toString() {
    return "ClientCredential[subject=" + chain.getFirst().getSubjectX500Principal() + "]";
  }
}
