package dev.weft.proxy.upstream.lb;

import dev.weft.proxy.LoopConfined;
import java.util.List;
import java.util.random.RandomGenerator;

/** Draws hosts at random, each as often as its weight says. */
@LoopConfined
public final class WeightedRandom<H extends Candidate> implements Balancer<H> {
  private final List<H> hosts;
  private final RandomGenerator random;
  private final boolean equal;
  private final int[] bounds;

  WeightedRandom(List<H> hosts, RandomGenerator random) {
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("no hosts to balance");
    }
    this.hosts = List.copyOf(hosts);
    this.random = random;
    this.bounds = new int[hosts.size()];
    boolean same = true;
    int sum = 0;
    for (int i = 0; i < bounds.length; i++) {
      sum = Math.addExact(sum, Math.max(1, hosts.get(i).weight()));
      bounds[i] = sum;
      same &= hosts.get(i).weight() == hosts.get(0).weight();
    }
    this.equal = same;
  }

  @Override
  public H pick() {
    if (bounds.length == 1) {
      return hosts.get(0);
    }
    if (equal) {
      return hosts.get(random.nextInt(bounds.length));
    }
    int drawn = random.nextInt(bounds[bounds.length - 1]);
    int low = 0;
    int high = bounds.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (drawn < bounds[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return hosts.get(low);
  }

  @Override
  public List<H> hosts() {
    return hosts;
  }
}
