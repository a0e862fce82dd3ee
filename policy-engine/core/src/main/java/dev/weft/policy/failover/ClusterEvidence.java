package dev.weft.policy.failover;

/**
 * What is known of a service's instances in one cluster.
 *
 * @param region where the cluster is; empty: not known
 * @param instances how many could be routed to if they were healthy, healthy or not
 * @param healthy how many of them pass their checks (or warn)
 * @param unknown how many of them have unknown health, whatever the reason
 */
public record ClusterEvidence(
    String cluster, String region, int instances, int healthy, int unknown, Freshness freshness) {

  public ClusterEvidence {
    if (healthy < 0 || unknown < 0 || (long) healthy + unknown > instances) {
      throw new IllegalArgumentException(
          cluster
              + ": "
              + healthy
              + " healthy and "
              + unknown
              + " unknown of "
              + instances
              + " instances");
    }
  }

  /** Whether nothing is known of any instance's health. */
  public boolean healthUnknown() {
    return freshness != Freshness.FRESH || (instances > 0 && unknown == instances);
  }
}
