package dev.weft.proxy.app;

import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.TrustContext;
import java.util.List;

/** The own trust domain's roots in what the agent sent. Stateless. */
final class OwnRoots {
  private static final String SECRET = "trust-bundles";

  private OwnRoots() {}

  /** DER; empty: nothing is said of them. */
  static List<byte[]> of(Snapshot snapshot, String trustDomain) {
    TrustContext trust = snapshot.validation().get(SECRET);
    return trust == null ? List.of() : trust.bundles().getOrDefault(trustDomain, List.of());
  }
}
