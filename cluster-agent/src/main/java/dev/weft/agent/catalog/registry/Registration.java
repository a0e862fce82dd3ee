package dev.weft.agent.catalog.registry;

import dev.weft.agent.catalog.ServiceSettings;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A registered service instance.
 *
 * @param address empty: the node's
 * @param port 0: none was given; such an instance takes no traffic through the mesh
 * @param tagged further addresses by tag, kept for whoever registered them
 * @param passingWeight 1 to 65535
 * @param warningWeight 0 to 65535
 */
record Registration(
    String id,
    String name,
    List<String> tags,
    String address,
    int port,
    SortedMap<String, String> meta,
    SortedMap<String, Tagged> tagged,
    int passingWeight,
    int warningWeight,
    boolean enableTagOverride,
    ServiceSettings settings,
    long createIndex,
    long modifyIndex) {

  Registration {
    tags = List.copyOf(tags);
    meta = sorted(meta);
    tagged = sorted(tagged);
  }

  /** One of {@code TaggedAddresses}. */
  record Tagged(String address, int port) {}

  Registration indexed(long created, long modified) {
    return new Registration(
        id,
        name,
        tags,
        address,
        port,
        meta,
        tagged,
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

  private static <V> SortedMap<String, V> sorted(Map<String, V> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }
}
