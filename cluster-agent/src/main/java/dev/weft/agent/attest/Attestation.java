package dev.weft.agent.attest;

import dev.weft.agent.model.NodeAnnouncement.Role;
import dev.weft.policy.identity.SpiffeId;
import java.util.Set;

/**
 * Who somebody may become.
 *
 * @param services names in the identity's namespace that it may speak for
 */
public record Attestation(SpiffeId identity, Set<String> services, Role role) {

  public Attestation {
    services = Set.copyOf(services);
  }
}
