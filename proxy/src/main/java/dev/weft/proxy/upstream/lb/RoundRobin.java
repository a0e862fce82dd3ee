package dev.weft.proxy.upstream.lb;

import dev.weft.proxy.LoopConfined;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Takes hosts in turn, smoothly by weight: every host gains its weight in each round, the richest
 * is taken and pays what all gained, so that a heavy host's turns are spread between the others'.
 */
@LoopConfined
public final class RoundRobin<H extends Candidate> implements Balancer<H> {
  private final List<H> hosts;
  private final long[] credit;
  private final boolean equal;
  private int next;

  RoundRobin(List<H> hosts, RandomGenerator random) {
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("no hosts to balance");
    }
    this.hosts = List.copyOf(hosts);
    this.credit = new long[hosts.size()];
    // Workers and restarted proxies must not all begin with the same host.
    this.next = random.nextInt(credit.length);
    boolean same = true;
    for (H host : hosts) {
      same &= host.weight() == hosts.get(0).weight();
    }
    this.equal = same;
  }

  @Override
  public H pick() {
    if (equal) {
      H host = hosts.get(next);
      next = next + 1 == credit.length ? 0 : next + 1;
      return host;
    }
    long total = 0;
    int best = next;
    for (int i = 0; i < credit.length; i++) {
      int weight = hosts.get(i).weight();
      credit[i] += weight;
      total += weight;
      if (credit[i] > credit[best]) {
        best = i;
      }
    }
    credit[best] -= total;
    return hosts.get(best);
  }

  @Override
  public List<H> hosts() {
    return hosts;
  }
}
