package dev.weft.agent.model;

/**
 * A health statement: a value, where it comes from, and when it was last renewed.
 *
 * @param detail for people, for instance a check's output, at most 512 characters; never part of an
 *     equality that triggers a compile, see {@link Instance#sameForTraffic}
 * @param atMillis the agent's monotonic clock in milliseconds when the evidence was last renewed
 */
public record Evidence(Health value, Source source, String detail, long atMillis) {

  /**
   * The value of a statement. Only {@code PASSING} and {@code WARNING} take traffic without further
   * thought.
   */
  public enum Health {
    PASSING,
    WARNING,
    CRITICAL,
    UNKNOWN
  }

  /** Who says so. */
  public enum Source {
    /** A check that the embedded registry runs, or a TTL that it is told of. */
    REGISTRY_CHECK,
    CONSUL_CHECK,
    /** A registration without any check. */
    REGISTRATION,
    /** What a sidecar saw. */
    PASSIVE,
    /** The federation stream of the instance's own cluster. */
    PEER,
    /** Kept from before a restart, not yet confirmed. */
    RESTORED
  }
}
