package dev.weft.agent.catalog.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The owner of registrations and checks. Thread-safe: changes are made under one lock, reads see an
 * immutable {@link Contents}. Whatever is acknowledged is durable first; a check's result is
 * written soon afterwards, which loses no more than a status that the next run gives again.
 */
final class Registry {
  private static final int OUTPUT_LIMIT = 4096;

  private final RegistryFiles files;
  private final LongSupplier monotonicMillis;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Consumer<Change>> listeners = new ArrayList<>();
  private volatile Contents contents;

  /**
   * A registry with what the files hold.
   *
   * @param monotonicMillis the agent's monotonic clock
   */
  Registry(RegistryFiles files, LongSupplier monotonicMillis) {
    this.files = files;
    this.monotonicMillis = monotonicMillis;
    this.contents = files.load(monotonicMillis.getAsLong());
  }

  /**
   * What changed: a service, or a check of one. Sent after the change is visible, in order, under
   * the lock.
   */
  sealed interface Change {
    /** Entries of the service of this name came, went or changed status. */
    record Service(String name) implements Change {}

    /** A check was defined, or defined anew. */
    record CheckDefined(Check check) implements Change {}

    /** A check is gone. */
    record CheckRemoved(String checkId) implements Change {}

    /** A result came that changed nothing but its age. */
    record Renewed(String name) implements Change {}
  }

  Contents contents() {
    return contents;
  }

  /** Calls the listener with each change from now on; it must not block. */
  void listen(Consumer<Change> listener) {
    lock.lock();
    try {
      listeners.add(listener);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Registers an instance with its checks; the future completes when that is durable.
   *
   * @param replaceChecks whether checks of the instance that are not named go
   */
  CompletableFuture<Void> register(
      Registration registration, List<Check> checks, boolean replaceChecks) {
    lock.lock();
    try {
      long index = contents.index() + 1;
      TreeMap<String, Registration> registrations = Contents.copy(contents.registrations());
      TreeMap<String, Check> all = Contents.copy(contents.checks());
      List<Change> changes = new ArrayList<>();
      Registration before = registrations.get(registration.id());
      boolean same = before != null && before.sameAs(registration);
      if (!same) {
        registrations.put(
            registration.id(),
            registration.indexed(before == null ? index : before.createIndex(), index));
      }
      if (replaceChecks) {
        removeChecks(all, registration.id(), checks, changes);
      }
      checks.forEach(check -> define(all, check, index, changes));
      if (before != null && !before.name().equals(registration.name())) {
        changes.add(new Change.Service(before.name()));
      }
      changes.add(new Change.Service(registration.name()));
      publish(same && changes.size() == 1 ? contents.index() : index, registrations, all, changes);
      return files.save(registration.id(), this::contents);
    } finally {
      lock.unlock();
    }
  }

  /** Removes an instance and its checks. */
  CompletableFuture<Void> deregister(String id) {
    lock.lock();
    try {
      Registration gone = contents.registrations().get(id);
      if (gone == null) {
        throw RegistryError.unknownService(id);
      }
      TreeMap<String, Registration> registrations = Contents.copy(contents.registrations());
      TreeMap<String, Check> checks = Contents.copy(contents.checks());
      List<Change> changes = new ArrayList<>();
      registrations.remove(id);
      removeChecks(checks, id, List.of(), changes);
      changes.add(new Change.Service(gone.name()));
      publish(contents.index() + 1, registrations, checks, changes);
      return files.save(id, this::contents);
    } finally {
      lock.unlock();
    }
  }

  /** Defines a check of a registered instance, or of the node. */
  CompletableFuture<Void> registerCheck(Check check) {
    lock.lock();
    try {
      if (!check.serviceId().isEmpty()
          && !contents.registrations().containsKey(check.serviceId())) {
        throw new RegistryError(404, "ServiceID \"" + check.serviceId() + "\" does not exist");
      }
      TreeMap<String, Check> checks = Contents.copy(contents.checks());
      List<Change> changes = new ArrayList<>();
      define(checks, check, contents.index() + 1, changes);
      affected(check).forEach(changes::add);
      publish(contents.index() + 1, contents.registrations(), checks, changes);
      return files.save(check.serviceId(), this::contents);
    } finally {
      lock.unlock();
    }
  }

  /** Removes a check. */
  CompletableFuture<Void> deregisterCheck(String id) {
    lock.lock();
    try {
      Check gone = contents.checks().get(id);
      if (gone == null) {
        throw RegistryError.unknownCheck(id);
      }
      TreeMap<String, Check> checks = Contents.copy(contents.checks());
      checks.remove(id);
      List<Change> changes = new ArrayList<>(List.of(new Change.CheckRemoved(id)));
      affected(gone).forEach(changes::add);
      publish(contents.index() + 1, contents.registrations(), checks, changes);
      return files.save(gone.serviceId(), this::contents);
    } finally {
      lock.unlock();
    }
  }

  /** A result of a check; one that is gone is ignored. */
  void result(String checkId, CheckStatus status, String output) {
    lock.lock();
    try {
      Check before = contents.checks().get(checkId);
      if (before == null) {
        return;
      }
      Check after = before.with(status, bounded(output), monotonicMillis.getAsLong());
      boolean changed = before.status() != status || before.restored();
      boolean told = changed || !before.output().equals(after.output());
      long index = told ? contents.index() + 1 : contents.index();
      TreeMap<String, Check> checks = Contents.copy(contents.checks());
      checks.put(checkId, told ? after.indexed(before.createIndex(), index) : after);
      List<Change> changes = new ArrayList<>();
      for (Change.Service service : affected(before)) {
        changes.add(told ? service : new Change.Renewed(service.name()));
      }
      publish(index, contents.registrations(), checks, changes);
      if (changed) {
        files.saveSoon(before.serviceId(), this::contents);
      }
    } finally {
      lock.unlock();
    }
  }

  private static void define(
      Map<String, Check> all, Check check, long index, List<Change> changes) {
    Check before = all.get(check.id());
    if (before != null
        && before.definition().equals(check.definition())
        && before.serviceId().equals(check.serviceId())) {
      // As in Consul, registering again keeps the status; only a new definition starts anew.
      all.put(check.id(), before.indexed(before.createIndex(), before.modifyIndex()));
      return;
    }
    Check defined =
        (before == null
                ? check
                : check.with(before.status(), before.output(), before.renewedAtMillis()))
            .indexed(before == null ? index : before.createIndex(), index);
    all.put(check.id(), defined);
    changes.add(new Change.CheckDefined(defined));
  }

  private static void removeChecks(
      Map<String, Check> all, String serviceId, List<Check> except, List<Change> changes) {
    List<String> kept = except.stream().map(Check::id).toList();
    all.values().stream()
        .filter(check -> check.serviceId().equals(serviceId) && !kept.contains(check.id()))
        .map(Check::id)
        .toList()
        .forEach(id -> {
          all.remove(id);
          changes.add(new Change.CheckRemoved(id));
        });
  }

  /** The services whose health a check is part of. */
  private List<Change.Service> affected(Check check) {
    return contents.registrations().values().stream()
        .filter(entry -> check.serviceId().isEmpty() || entry.id().equals(check.serviceId()))
        .map(Registration::name)
        .distinct()
        .map(Change.Service::new)
        .toList();
  }

  private void publish(
      long index,
      Map<String, Registration> registrations,
      Map<String, Check> checks,
      List<Change> changes) {
    contents = new Contents(index, registrations, checks);
    for (Change change : changes) {
      listeners.forEach(listener -> listener.accept(change));
    }
  }

  private static String bounded(String output) {
    return output.length() <= OUTPUT_LIMIT ? output : output.substring(0, OUTPUT_LIMIT);
  }
}
