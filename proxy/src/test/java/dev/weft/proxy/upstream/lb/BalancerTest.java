package dev.weft.proxy.upstream.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.proxy.config.BalancingOptions;
import dev.weft.proxy.config.UpstreamConfig.Balancing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BalancerTest {
  private record Fake(String name, int weight, int active) implements Candidate {
    @Override
    public String hashKey() {
      return name;
    }
  }

  private static Map<String, Integer> count(Balancing kind, int picks, Fake... hosts) {
    Balancer<Fake> balancer =
        Balancer.of(kind, BalancingOptions.DEFAULT, List.of(hosts), new SplittableRandom(7));
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < picks; i++) {
      counts.merge(balancer.pick().name(), 1, Integer::sum);
    }
    return counts;
  }

  @Test
  void roundRobinIsSmoothAndExact() {
    Balancer<Fake> balancer =
        Balancer.of(
            Balancing.ROUND_ROBIN,
            BalancingOptions.DEFAULT,
            List.of(new Fake("a", 5, 0), new Fake("b", 1, 0), new Fake("c", 1, 0)),
            new SplittableRandom(7));
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      order.add(balancer.pick().name());
    }
    assertThat(order).filteredOn("a"::equals).hasSize(5);
    assertThat(String.join("", order)).doesNotContain("aaaa");
  }

  @Test
  void randomFollowsTheWeights() {
    Map<String, Integer> counts =
        count(Balancing.RANDOM, 10_000, new Fake("a", 3, 0), new Fake("b", 1, 0));
    assertThat(counts.get("a")).isCloseTo(7_500, within(300));
  }

  @Test
  void leastRequestPrefersTheIdleHost() {
    Map<String, Integer> counts =
        count(
            Balancing.LEAST_REQUEST,
            10_000,
            new Fake("busy", 1, 10),
            new Fake("idle", 1, 0),
            new Fake("some", 1, 5));
    // The busiest is taken only when both draws hit it.
    assertThat(counts.get("busy")).isCloseTo(1_111, within(200));
    assertThat(counts.get("idle")).isCloseTo(5_555, within(300));
  }

  @Test
  void leastRequestFollowsTheWeightsOfIdleHosts() {
    Map<String, Integer> counts =
        count(Balancing.LEAST_REQUEST, 10_000, new Fake("a", 3, 0), new Fake("b", 1, 0));
    assertThat(counts.get("a")).isCloseTo(7_500, within(300));
  }
}
