package dev.weft.agent.catalog.registry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The next {@link Contents} while it is made. Used by one thread, once. All that one draft changes
 * carries the same index, the one after that of the contents that it began with.
 */
final class Draft {
  private final Contents before;
  private final long index;
  private final List<Change> changes = new ArrayList<>();
  private final Set<String> moved = new LinkedHashSet<>();
  private SortedMap<String, Entry> entries;
  private SortedMap<String, Contents.Service> services;
  private SortedMap<String, Check> nodeChecks;
  private Map<String, String> owners;
  private long registrationsIndex;
  private long checksIndex;
  private long nodeChecksIndex;
  private long goneIndex;
  private boolean changed;
  private boolean ownsEntries;
  private boolean ownsServices;
  private boolean ownsOwners;

  Draft(Contents before) {
    this.before = before;
    this.index = before.index() + 1;
    this.entries = before.entries();
    this.services = before.services();
    this.nodeChecks = before.nodeChecks();
    this.owners = before.owners();
    this.registrationsIndex = before.registrationsIndex();
    this.checksIndex = before.checksIndex();
    this.nodeChecksIndex = before.nodeChecksIndex();
    this.goneIndex = before.goneIndex();
  }

  /** What was made. */
  record Result(Contents contents, List<Change> changes, Set<String> moved) {}

  long index() {
    return index;
  }

  SortedMap<String, Entry> entries() {
    return entries;
  }

  SortedMap<String, Check> nodeChecks() {
    return nodeChecks;
  }

  Map<String, String> owners() {
    return owners;
  }

  void tell(Change change) {
    changes.add(change);
  }

  /** An instance that lost a check to another: what is stored of it is no longer true. */
  void moved(String id) {
    moved.add(id);
  }

  /** Puts an instance in place of the one of its id. */
  void put(Entry entry, boolean registrationChanged, boolean checksChanged) {
    Entry old = entries.get(entry.id());
    if (old != null && !old.name().equals(entry.name())) {
      leave(old, true);
    }
    ownEntries().put(entry.id(), entry);
    own(old, entry);
    join(entry, registrationChanged, checksChanged);
    changes.add(new Change.OfService(entry.name(), registrationChanged, checksChanged));
    mark(registrationChanged, checksChanged);
  }

  /** Takes an instance and its checks away. */
  void remove(Entry entry) {
    ownEntries().remove(entry.id());
    if (!entry.checks().isEmpty()) {
      ownOwners().keySet().removeAll(entry.checks().keySet());
    }
    entry.checks().keySet().forEach(id -> changes.add(new Change.CheckRemoved(id)));
    leave(entry, !entry.checks().isEmpty());
    mark(true, !entry.checks().isEmpty());
  }

  /** Puts the node's checks in place of those that were. */
  void nodeChecks(SortedMap<String, Check> checks) {
    if (!checks.keySet().equals(nodeChecks.keySet())) {
      Map<String, String> owned = ownOwners();
      owned.keySet().removeAll(nodeChecks.keySet());
      checks.keySet().forEach(id -> owned.put(id, ""));
    }
    nodeChecks = Collections.unmodifiableSortedMap(checks);
    nodeChecksIndex = index;
    changes.add(new Change.OfNode());
    mark(false, true);
  }

  Result finish() {
    Contents after =
        new Contents(
            changed ? index : before.index(),
            before.startIndex(),
            registrationsIndex,
            checksIndex,
            nodeChecksIndex,
            goneIndex,
            Collections.unmodifiableSortedMap(entries),
            Collections.unmodifiableSortedMap(services),
            nodeChecks,
            Collections.unmodifiableMap(owners));
    return new Result(after, List.copyOf(changes), Set.copyOf(moved));
  }

  private void own(@Nullable Entry old, Entry entry) {
    Set<String> had = old == null ? Set.of() : old.checks().keySet();
    if (had.equals(entry.checks().keySet())) {
      return;
    }
    Map<String, String> owned = ownOwners();
    had.forEach(owned::remove);
    entry.checks().keySet().forEach(id -> owned.put(id, entry.id()));
  }

  private void join(Entry entry, boolean registrationChanged, boolean checksChanged) {
    Contents.Service service = services.get(entry.name());
    SortedMap<String, Entry> instances =
        service == null ? new TreeMap<>() : new TreeMap<>(service.entries());
    instances.put(entry.id(), entry);
    service(
        new Contents.Service(
            entry.name(),
            instances,
            registrationChanged || service == null ? index : service.registrationIndex(),
            checksChanged || service == null ? index : service.checkIndex()));
  }

  private void leave(Entry entry, boolean checksChanged) {
    Contents.Service service = services.get(entry.name());
    if (service == null) {
      return;
    }
    SortedMap<String, Entry> instances = new TreeMap<>(service.entries());
    instances.remove(entry.id());
    changes.add(new Change.OfService(entry.name(), true, checksChanged));
    if (!instances.isEmpty()) {
      service(
          new Contents.Service(
              entry.name(), instances, index, checksChanged ? index : service.checkIndex()));
      return;
    }
    ownServices().remove(entry.name());
    goneIndex = index;
  }

  private void service(Contents.Service service) {
    ownServices().put(service.name(), service);
  }

  /** Copies once, at the first change. */
  private SortedMap<String, Entry> ownEntries() {
    if (!ownsEntries) {
      ownsEntries = true;
      entries = new TreeMap<>(entries);
    }
    return entries;
  }

  private SortedMap<String, Contents.Service> ownServices() {
    if (!ownsServices) {
      ownsServices = true;
      services = new TreeMap<>(services);
    }
    return services;
  }

  private Map<String, String> ownOwners() {
    if (!ownsOwners) {
      ownsOwners = true;
      owners = new HashMap<>(owners);
    }
    return owners;
  }

  private void mark(boolean registrationChanged, boolean checksChanged) {
    changed |= registrationChanged || checksChanged;
    if (registrationChanged) {
      registrationsIndex = index;
    }
    if (checksChanged) {
      checksIndex = index;
    }
  }
}
