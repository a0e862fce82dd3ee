package dev.weft.proxy.upstream.lb;

import dev.weft.proxy.config.BalancingOptions;
import dev.weft.proxy.config.UpstreamConfig.Balancing;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Chooses among the eligible hosts of one priority. The list belongs to the balancer and never
 * changes; another list makes another balancer. Loop-confined.
 */
public sealed interface Balancer<H extends Candidate>
    permits LeastRequest, Maglev, RingHash, RoundRobin, WeightedRandom {

  /** The next host. */
  H pick();

  /**
   * The host of a key; the next host where the kind does not hash.
   *
   * @param hash of the key
   * @param draw 0 at first; above it another host is wanted
   */
  default H pick(long hash, int draw) {
    return pick();
  }

  /** The hosts chosen from; never empty. */
  List<H> hosts();

  /**
   * A balancer of the kind. The choice by server name is made before a balancer is asked, so that
   * what is left to it is round robin.
   */
  static <H extends Candidate> Balancer<H> of(
      Balancing kind, BalancingOptions options, List<H> hosts, RandomGenerator random) {
    return switch (kind) {
      case LEAST_REQUEST -> new LeastRequest<>(hosts, random, options.choices());
      case ROUND_ROBIN, SNI_INSTANCE -> new RoundRobin<>(hosts, random);
      case RANDOM -> new WeightedRandom<>(hosts, random);
      case RING_HASH -> new RingHash<>(hosts, random, options);
      case MAGLEV -> new Maglev<>(hosts, random, options);
    };
  }
}
