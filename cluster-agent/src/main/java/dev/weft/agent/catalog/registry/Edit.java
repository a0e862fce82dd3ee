package dev.weft.agent.catalog.registry;

import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A change that a client asks for. Applying one is pure: it is applied once to learn what has to be
 * written, and again, when that is durable, to the contents of that moment.
 */
sealed interface Edit {
  /** Registered instances at most. */
  int REGISTRATION_LIMIT = 20_000;

  /** Checks of one instance at most, and of the node. */
  int CHECK_LIMIT = 64;

  /**
   * Registers an instance with its checks.
   *
   * @param replaceChecks whether checks of the instance that are not named go
   */
  record Register(Registration registration, List<Check> checks, boolean replaceChecks)
      implements Edit {}

  /** Removes an instance and its checks. */
  record Deregister(String id) implements Edit {}

  /** Defines a check of a registered instance, or of the node. */
  record RegisterCheck(Check check) implements Edit {}

  /** Removes a check. */
  record DeregisterCheck(String id, String owner) implements Edit {}

  /** Removes a check that may be there or not. */
  record DropCheck(String id, String owner) implements Edit {}

  /** The id of the instance whose file this changes; empty: the node's. */
  default String fileId() {
    return switch (this) {
      case Register register -> register.registration().id();
      case Deregister deregister -> deregister.id();
      case RegisterCheck register -> register.check().serviceId();
      case DeregisterCheck deregister -> deregister.owner();
      case DropCheck drop -> drop.owner();
    };
  }

  /**
   * Applies it.
   *
   * @throws RegistryError when it cannot be done
   */
  default Draft.Result apply(Contents contents, long nowMillis) {
    Draft draft = new Draft(contents);
    switch (this) {
      case Register register -> register(draft, register, nowMillis);
      case Deregister(String id) -> {
        Entry entry = draft.entries().get(id);
        if (entry == null) {
          throw RegistryError.unknownService(id);
        }
        draft.remove(entry);
      }
      case RegisterCheck(Check check) -> registerCheck(draft, check, nowMillis);
      case DeregisterCheck(String id, String owner) -> {
        if (!drop(draft, id, owner)) {
          throw RegistryError.unknownCheck(id);
        }
      }
      case DropCheck(String id, String owner) -> drop(draft, id, owner);
    }
    return draft.finish();
  }

  private static void register(Draft draft, Register edit, long nowMillis) {
    String id = edit.registration().id();
    Entry before = draft.entries().get(id);
    if (before == null && draft.entries().size() >= REGISTRATION_LIMIT) {
      throw new RegistryError(
          503, "the limit of " + REGISTRATION_LIMIT + " registrations is reached");
    }
    edit.checks().forEach(check -> take(draft, check.id(), id));
    boolean same = before != null && before.registration().sameAs(edit.registration());
    SortedMap<String, Check> checks = new TreeMap<>();
    boolean checksChanged = false;
    if (before != null) {
      Set<String> named = edit.checks().stream().map(Check::id).collect(Collectors.toSet());
      for (Check check : before.checks().values()) {
        if (edit.replaceChecks() && !named.contains(check.id())) {
          draft.tell(new Change.CheckRemoved(check.id()));
          checksChanged = true;
        } else {
          checks.put(check.id(), check);
        }
      }
    }
    for (Check check : edit.checks()) {
      checksChanged |= define(draft, checks, check, nowMillis);
    }
    if (checks.size() > CHECK_LIMIT) {
      throw RegistryError.badRequest(
          "Invalid Checks: more than " + CHECK_LIMIT + " checks of one service");
    }
    if (before == null || !same || checksChanged) {
      long index = draft.index();
      Registration registration =
          before == null
              ? edit.registration().indexed(index, index)
              : same
                  ? before.registration()
                  : edit.registration().indexed(before.registration().createIndex(), index);
      draft.put(new Entry(registration, checks), !same, checksChanged);
    }
  }

  private static void registerCheck(Draft draft, Check check, long nowMillis) {
    if (check.serviceId().isEmpty()) {
      SortedMap<String, Check> checks = new TreeMap<>(draft.nodeChecks());
      take(draft, check.id(), "");
      if (define(draft, checks, check, nowMillis)) {
        limit(checks);
        draft.nodeChecks(checks);
      }
      return;
    }
    Entry entry = draft.entries().get(check.serviceId());
    if (entry == null) {
      throw new RegistryError(404, "ServiceID \"" + check.serviceId() + "\" does not exist");
    }
    take(draft, check.id(), check.serviceId());
    SortedMap<String, Check> checks = new TreeMap<>(entry.checks());
    if (define(draft, checks, check, nowMillis)) {
      limit(checks);
      draft.put(new Entry(entry.registration(), checks), false, true);
    }
  }

  private static void limit(SortedMap<String, Check> checks) {
    if (checks.size() > CHECK_LIMIT) {
      throw RegistryError.badRequest(
          "Invalid check: more than " + CHECK_LIMIT + " checks of one service or of the node");
    }
  }

  private static boolean drop(Draft draft, String id, String owner) {
    if (owner.isEmpty()) {
      SortedMap<String, Check> checks = new TreeMap<>(draft.nodeChecks());
      if (checks.remove(id) == null) {
        return false;
      }
      draft.tell(new Change.CheckRemoved(id));
      draft.nodeChecks(checks);
      return true;
    }
    Entry entry = draft.entries().get(owner);
    if (entry == null || !entry.checks().containsKey(id)) {
      return false;
    }
    draft.tell(new Change.CheckRemoved(id));
    draft.put(entry.withChecks(checks -> checks.remove(id)), false, true);
    return true;
  }

  /** As in Consul, the id of a check that another owns goes to the newcomer. */
  private static void take(Draft draft, String checkId, String newcomer) {
    @Nullable String owner = draft.owners().get(checkId);
    if (owner != null && !owner.equals(newcomer)) {
      drop(draft, checkId, owner);
      draft.moved(owner);
    }
  }

  /** Adds a check; says whether that changes anything. */
  private static boolean define(
      Draft draft, SortedMap<String, Check> checks, Check check, long nowMillis) {
    Check before = checks.get(check.id());
    if (before == null) {
      Check first = check.first(draft.index(), draft.index(), nowMillis);
      checks.put(check.id(), first);
      draft.tell(new Change.CheckDefined(first));
      return true;
    }
    // As in Consul, registering again keeps the status.
    if (before.definedAs(check)) {
      draft.tell(new Change.CheckKept(before));
      return false;
    }
    Check again = before.definedAgain(check, draft.index());
    checks.put(check.id(), again);
    draft.tell(
        before.definition().equals(check.definition())
            ? new Change.CheckKept(again)
            : new Change.CheckDefined(again));
    return true;
  }
}
