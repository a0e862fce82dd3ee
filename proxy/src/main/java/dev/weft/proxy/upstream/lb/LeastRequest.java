package dev.weft.proxy.upstream.lb;

import dev.weft.proxy.LoopConfined;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Draws some hosts by weight, two if nothing else is said, and takes the one with the fewest active
 * requests for its weight (power of two choices; {@code LEAST_REQUEST} with {@code choice_count}).
 */
@LoopConfined
public final class LeastRequest<H extends Candidate> implements Balancer<H> {
  private final WeightedRandom<H> draw;

  private final int choices;

  LeastRequest(List<H> hosts, RandomGenerator random, int choices) {
    draw = new WeightedRandom<>(hosts, random);
    this.choices = choices;
  }

  @Override
  public H pick() {
    H best = draw.pick();
    for (int drawn = 1; drawn < choices; drawn++) {
      H other = draw.pick();
      // best.active / best.weight > other.active / other.weight, without the division
      if ((long) best.active() * other.weight() > (long) other.active() * best.weight()) {
        best = other;
      }
    }
    return best;
  }

  @Override
  public List<H> hosts() {
    return draw.hosts();
  }
}
