package dev.weft.agent.catalog.registry;

import java.util.Optional;

/**
 * Counts results until they make a status, as Consul does: a first result counts at once. Used by
 * one thread.
 */
final class Thresholds {
  private final int passing;
  private final int warning;
  private final int critical;
  private int successes;
  private int failures;

  Thresholds(CheckDefinition definition) {
    this.passing = definition.successBeforePassing();
    this.critical = definition.failuresBeforeCritical();
    this.warning =
        definition.failuresBeforeWarning() == 0 ? critical : definition.failuresBeforeWarning();
    this.successes = passing;
    this.failures = critical;
  }

  /** The status that a result leads to; empty: the check keeps the one that it has. */
  Optional<CheckStatus> count(CheckStatus result) {
    if (result != CheckStatus.CRITICAL) {
      failures = 0;
      successes++;
      return successes >= passing ? Optional.of(result) : Optional.empty();
    }
    successes = 0;
    failures++;
    if (failures >= critical) {
      return Optional.of(CheckStatus.CRITICAL);
    }
    return failures >= warning ? Optional.of(CheckStatus.WARNING) : Optional.empty();
  }
}
