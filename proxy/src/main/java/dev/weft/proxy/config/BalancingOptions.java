package dev.weft.proxy.config;

/**
 * What goes beyond the kind of balancing.
 *
 * @param minRingSize least number of hashes on a ring
 * @param maxRingSize most of them
 * @param maglevTable places in a Maglev table, a prime
 * @param subsets which hosts are balanced over together
 */
public record BalancingOptions(int minRingSize, int maxRingSize, int maglevTable, Subsets subsets) {
  public static final int MAX_RING = 8 * 1024 * 1024;

  /** Envoy's defaults. */
  public static final BalancingOptions DEFAULT =
      new BalancingOptions(1024, MAX_RING, 65_537, Subsets.NONE);
}
