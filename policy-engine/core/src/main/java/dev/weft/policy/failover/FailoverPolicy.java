package dev.weft.policy.failover;

import java.util.List;
import java.util.Set;

/**
 * Where a service's callers go when what is near fails.
 *
 * @param targets in order, at least one, none twice
 * @param threshold percent healthy below which traffic spills to the next target, 1 to 100
 */
public record FailoverPolicy(List<Target> targets, int threshold, OnStale onStale) {

  /** What a service without a policy has. */
  public static final FailoverPolicy DEFAULT =
      new FailoverPolicy(List.of(new Target.Local(), new Target.Any()), 70, OnStale.LAST_RESORT);

  public FailoverPolicy {
    targets = List.copyOf(targets);
    if (targets.isEmpty()
        || Set.copyOf(targets).size() < targets.size()
        || threshold < 1
        || threshold > 100) {
      throw new IllegalArgumentException("targets " + targets + ", threshold " + threshold);
    }
  }

  /** One step. */
  public sealed interface Target {
    /** The caller's own cluster. */
    record Local() implements Target {}

    /** A named cluster. */
    record Cluster(String name) implements Target {}

    /** Every cluster that no other step names. */
    record Any() implements Target {}
  }

  /** What health that is not known means for traffic. */
  public enum OnStale {
    /** After everything that is known to be healthy. */
    LAST_RESORT,
    /** As if healthy. */
    USE,
    /** Never. */
    EXCLUDE
  }
}
