package dev.weft.proxy.config;

/**
 * What goes beyond the kind of balancing.
 *
 * @param minRingSize least number of hashes on a ring
 * @param maxRingSize most of them
 * @param ringHash of hosts on a ring
 * @param maglevTable places in a Maglev table, a prime
 * @param choices hosts that least-request balancing draws, at least 2
 * @param subsets which hosts are balanced over together
 */
public record BalancingOptions(
    int minRingSize,
    int maxRingSize,
    RingHash ringHash,
    int maglevTable,
    int choices,
    Subsets subsets) {
  public static final int MAX_RING = 8 * 1024 * 1024;

  /** Envoy's defaults. */
  public static final BalancingOptions DEFAULT =
      new BalancingOptions(1024, MAX_RING, RingHash.XX_HASH, 65_537, 2, Subsets.NONE);

  /** How hosts are hashed ({@code RingHashLbConfig.hash_function}); keys always by xxHash. */
  public enum RingHash {
    XX_HASH,
    MURMUR_HASH_2
  }
}
