package dev.weft.agent.model;

import dev.weft.policy.identity.SpiffeId;
import java.util.Set;

/**
 * What an identity may speak for, from the join token that it was enrolled with.
 *
 * @param services names in the identity's namespace
 */
public record Enrolment(SpiffeId identity, Set<String> services) {

  public Enrolment {
    services = Set.copyOf(services);
  }
}
