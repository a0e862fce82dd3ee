package dev.weft.proxy.config;

import java.util.List;
import java.util.Map;

/**
 * Whom to believe.
 *
 * @param bundles for SPIFFE validation: trust domain name to the DER certificates of its roots. A
 *     peer's chain counts only for the trust domain in its own SPIFFE id. Bundles are never joined
 */
public record TrustContext(Map<String, List<byte[]>> bundles) {

  public TrustContext {
    bundles = Map.copyOf(bundles);
  }
}
