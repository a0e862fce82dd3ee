package dev.weft.agent.model;

import java.util.Set;

/** A service that is offered to named peers. */
public record ServiceExport(ServiceKey service, Set<String> consumers) {

  public ServiceExport {
    consumers = Set.copyOf(consumers);
  }
}
