package dev.weft.agent.catalog.registry;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All entries at one moment. Immutable: readers need no lock. Indexes are Consul's {@code
 * X-Consul-Index}: of one thing they never become smaller.
 *
 * @param index of the last change of anything
 * @param startIndex of this start of the registry
 * @param registrationsIndex of the last registration, change of one, or removal
 * @param checksIndex of the last change of any check
 * @param nodeChecksIndex of the last change of a node's check
 * @param goneIndex of the last time that the last instance of any service went
 * @param entries by id
 * @param services by name; those that have instances
 * @param nodeChecks by id
 * @param owners the id of the instance that owns a check, by the check's id; empty for the node
 */
record Contents(
    long index,
    long startIndex,
    long registrationsIndex,
    long checksIndex,
    long nodeChecksIndex,
    long goneIndex,
    SortedMap<String, Entry> entries,
    SortedMap<String, Service> services,
    SortedMap<String, Check> nodeChecks,
    Map<String, String> owners) {

  /**
   * A service that has instances.
   *
   * @param entries its instances by id
   * @param registrationIndex of the last instance that came, changed or went
   * @param checkIndex of the last change of an instance's check
   */
  record Service(
      String name, SortedMap<String, Entry> entries, long registrationIndex, long checkIndex) {
    Service {
      entries = Collections.unmodifiableSortedMap(entries);
    }
  }

  /** Nothing, at the index at which this start begins. */
  static Contents empty(long startIndex) {
    return new Contents(
        startIndex,
        startIndex,
        startIndex,
        startIndex,
        startIndex,
        startIndex,
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        Map.of());
  }

  /** The instances of a service, by id; its name in any case. */
  SortedMap<String, Entry> named(String name) {
    Service service = services.get(Topic.service(name));
    return service == null ? Collections.emptySortedMap() : service.entries();
  }

  /** A check of an instance or of the node. */
  @Nullable Check check(String id) {
    String owner = owners.get(id);
    if (owner == null) {
      return null;
    }
    if (owner.isEmpty()) {
      return nodeChecks.get(id);
    }
    Entry entry = entries.get(owner);
    return entry == null ? null : entry.checks().get(id);
  }

  /** The index of what is watched. */
  long index(Topic topic) {
    return switch (topic) {
      case Topic.Registrations() -> registrationsIndex;
      case Topic.Catalog(String name) -> healthIndex(name);
      case Topic.Health(String name) -> healthIndex(name);
      case Topic.Checks(String name) -> {
        Service service = services.get(name);
        yield Math.max(nodeChecksIndex, service == null ? goneIndex : service.checkIndex());
      }
      case Topic.AllChecks() -> checksIndex;
      case Topic.Nodes() -> startIndex;
      case Topic.Nothing() -> 1;
    };
  }

  private long healthIndex(String name) {
    Service service = services.get(name);
    return service == null
        // Nothing remembers when this one went, but not later than that.
        ? goneIndex
        : Math.max(nodeChecksIndex, Math.max(service.registrationIndex(), service.checkIndex()));
  }
}
