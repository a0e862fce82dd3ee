package dev.weft.agent.model;

/**
 * What is known of the stream to a peer; folded from time by the state's owner, so that compile
 * needs no clock.
 */
public enum PeerPhase {
  /** Never heard of since the start; what is known of its services comes from the store. */
  NEVER,
  /** The last heartbeat is younger than {@code stale-after}. */
  FRESH,
  /** No heartbeat for {@code stale-after}: every health from this peer is unknown. */
  STALE
}
