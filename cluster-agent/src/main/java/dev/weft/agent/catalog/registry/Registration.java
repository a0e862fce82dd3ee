package dev.weft.agent.catalog.registry;

import dev.weft.agent.catalog.ServiceSettings;
import java.util.List;
import java.util.Map;

/**
 * A registered service instance.
 *
 * @param address empty: the node's
 * @param port 0: none was given; such an instance takes no traffic through the mesh
 * @param passingWeight 1 to 65535
 * @param warningWeight 1 to 65535
 */
record Registration(
    String id,
    String name,
    List<String> tags,
    String address,
    int port,
    Map<String, String> meta,
    int passingWeight,
    int warningWeight,
    boolean enableTagOverride,
    ServiceSettings settings,
    long createIndex,
    long modifyIndex) {

  Registration {
    tags = List.copyOf(tags);
    meta = Map.copyOf(meta);
  }

  Registration indexed(long created, long modified) {
    return new Registration(
        id,
        name,
        tags,
        address,
        port,
        meta,
        passingWeight,
        warningWeight,
        enableTagOverride,
        settings,
        created,
        modified);
  }

  /** Whether the two differ in nothing but their indexes. */
  boolean sameAs(Registration other) {
    return indexed(0, 0).equals(other.indexed(0, 0));
  }
}
