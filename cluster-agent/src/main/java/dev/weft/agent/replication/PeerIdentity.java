package dev.weft.agent.replication;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;

/**
 * Who an agent is: service account {@code agent} in namespace {@code weft-system} of its cluster's
 * trust domain.
 */
final class PeerIdentity {

  private PeerIdentity() {}

  static SpiffeId agentOf(TrustDomain trustDomain) {
    return new SpiffeId(trustDomain, "weft-system", "agent");
  }
}
