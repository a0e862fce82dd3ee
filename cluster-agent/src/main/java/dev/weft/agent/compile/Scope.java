package dev.weft.agent.compile;

import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.ServiceKey;
import java.util.Set;

/**
 * Which services a node's workload may call. Part of the node's class: nodes of equal scope share
 * resources.
 */
sealed interface Scope {

  /** Every service that its cluster sees. */
  record All() implements Scope {}

  /** These only. */
  record Only(Set<ServiceKey> services) implements Scope {
    public Only {
      services = Set.copyOf(services);
    }
  }

  /** Until dependencies can be declared, everybody may call everything. */
  static Scope of(NodeAnnouncement node) {
    return new All();
  }

  default boolean holds(ServiceKey service) {
    return switch (this) {
      case All _ -> true;
      case Only(Set<ServiceKey> services) -> services.contains(service);
    };
  }
}
