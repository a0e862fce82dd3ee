package dev.weft.proxy.telemetry;

import dev.weft.policy.identity.SpiffeId;

/**
 * The workload that a verified certificate names, as a label: {@code
 * <trust-domain>/<namespace>/<service-account>}.
 */
final class PeerLabel {
  private static final String UNKNOWN = "unknown";

  private PeerLabel() {}

  /**
   * @param uri of the verified peer; empty: none
   */
  static String of(String uri) {
    if (uri.isEmpty()) {
      return SeriesBound.NONE;
    }
    try {
      SpiffeId id = SpiffeId.parse(uri);
      return id.trustDomain().name() + "/" + id.namespace() + "/" + id.serviceAccount();
    } catch (IllegalArgumentException e) {
      // Vouched for, but by a name of another form: not repeated here.
      return UNKNOWN;
    }
  }
}
