package dev.weft.agent.catalog.registry;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All entries at one moment. Immutable: readers need no lock.
 *
 * @param index Consul's index, of the last change
 * @param registrations by id
 * @param checks by id
 */
record Contents(long index, Map<String, Registration> registrations, Map<String, Check> checks) {

  /** All checks that speak for a registration: its own and the node's. */
  List<Check> checksOf(String serviceId) {
    return checks.values().stream()
        .filter(check -> check.serviceId().equals(serviceId) || check.serviceId().isEmpty())
        .toList();
  }

  /** The registrations of a service, by id. */
  List<Registration> named(String name) {
    return registrations.values().stream().filter(entry -> entry.name().equals(name)).toList();
  }

  /** A sorted copy to change. */
  static <V> TreeMap<String, V> copy(Map<String, V> map) {
    return new TreeMap<>(map);
  }
}
