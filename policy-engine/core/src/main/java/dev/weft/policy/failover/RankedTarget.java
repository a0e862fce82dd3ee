package dev.weft.policy.failover;

/**
 * A cluster's place in the ranking.
 *
 * @param priority from 0 without holes, tried in this order; {@link #NO_PRIORITY} when not eligible
 * @param eligible whether it gets traffic at all
 */
public record RankedTarget(String cluster, int priority, boolean eligible, Reason reason) {

  /** The priority of a target that is not eligible. */
  public static final int NO_PRIORITY = -1;

  static RankedTarget eligible(String cluster, int priority, Reason reason) {
    return new RankedTarget(cluster, priority, true, reason);
  }

  static RankedTarget refused(String cluster, Reason reason) {
    return new RankedTarget(cluster, NO_PRIORITY, false, reason);
  }

  /** Why a cluster is where it is. */
  public enum Reason {
    IN_ORDER("in the policy's order"),
    UNKNOWN_USED("its health is unknown; the policy uses it as if healthy"),
    UNKNOWN_LAST("its health is unknown; used after all whose health is known"),
    UNKNOWN_EXCLUDED("its health is unknown; the policy excludes it"),
    NO_INSTANCES("no instance that could be routed to"),
    NOT_KNOWN("no such cluster, or it does not export the service"),
    NOT_TARGETED("not among the policy's targets");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    /** For people. */
    public String text() {
      return text;
    }
  }
}
