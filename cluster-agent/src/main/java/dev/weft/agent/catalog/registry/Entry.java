package dev.weft.agent.catalog.registry;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A registered instance with its own checks, by id. Immutable.
 *
 * @param checks not those of the node
 */
record Entry(Registration registration, SortedMap<String, Check> checks) {

  Entry {
    checks = Collections.unmodifiableSortedMap(new TreeMap<>(checks));
  }

  String id() {
    return registration.id();
  }

  String name() {
    return registration.name();
  }

  Entry with(Registration other) {
    return new Entry(other, checks);
  }

  /** With other checks, which the change makes of a copy of these. */
  Entry withChecks(Consumer<SortedMap<String, Check>> change) {
    SortedMap<String, Check> copy = new TreeMap<>(checks);
    change.accept(copy);
    return new Entry(registration, copy);
  }

  /** The worst status of these checks and the node's; passing when there is none. */
  CheckStatus status(Collection<Check> nodeChecks) {
    CheckStatus worst = CheckStatus.PASSING;
    for (Check check : nodeChecks) {
      worst = worst.compareTo(check.status()) >= 0 ? worst : check.status();
    }
    for (Check check : checks.values()) {
      worst = worst.compareTo(check.status()) >= 0 ? worst : check.status();
    }
    return worst;
  }
}
