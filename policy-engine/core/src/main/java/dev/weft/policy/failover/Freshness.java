package dev.weft.policy.failover;

/** How much a cluster's health statements are worth. The own cluster's are always fresh. */
public enum Freshness {
  /** Heard of within the stale limit. */
  FRESH,
  /** Heard of, but not within the stale limit: every health is unknown. */
  STALE,
  /**
   * Not heard of since the start; what is known comes from the store, and every health is unknown.
   */
  NEVER
}
