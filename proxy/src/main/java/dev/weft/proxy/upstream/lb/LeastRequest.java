package dev.weft.proxy.upstream.lb;

import dev.weft.proxy.LoopConfined;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Draws two hosts by weight and takes the one with fewer active requests for its weight (power of
 * two choices; {@code LEAST_REQUEST} with {@code choice_count 2}).
 */
@LoopConfined
public final class LeastRequest<H extends Candidate> implements Balancer<H> {
  private final WeightedRandom<H> draw;

  LeastRequest(List<H> hosts, RandomGenerator random) {
    draw = new WeightedRandom<>(hosts, random);
  }

  @Override
  public H pick() {
    H first = draw.pick();
    H second = draw.pick();
    // first.active / first.weight <= second.active / second.weight, without the division
    return (long) first.active() * second.weight() <= (long) second.active() * first.weight()
        ? first
        : second;
  }

  @Override
  public List<H> hosts() {
    return draw.hosts();
  }
}
