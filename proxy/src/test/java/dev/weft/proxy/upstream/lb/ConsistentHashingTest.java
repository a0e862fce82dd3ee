package dev.weft.proxy.upstream.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.proxy.config.BalancingOptions;
import dev.weft.proxy.config.UpstreamConfig.Balancing;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConsistentHashingTest {

  private record Server(String hashKey, int weight) implements Candidate {
    @Override
    public int active() {
      return 0;
    }
  }

  private static Balancer<Server> balancer(Balancing kind, List<Server> hosts) {
    return Balancer.of(kind, BalancingOptions.DEFAULT, hosts, new SplittableRandom(1));
  }

  private static List<Server> hosts(int count) {
    List<Server> hosts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      hosts.add(new Server("10.0.0." + i + ":80", 1));
    }
    return hosts;
  }

  @ParameterizedTest
  @CsvSource({
    "'', ef46db3751d8e999",
    "a, d24ec4f1a98c6e5b",
    "abc, 44bc2cf5ad770999",
  })
  void theHashIsTheOneOfTheSpecification(String text, String expected) {
    assertThat(Long.toHexString(XxHash64.of(text, 0))).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(names = {"RING_HASH", "MAGLEV"})
  void aHostThatGoesMovesItsOwnKeysAlone(Balancing kind) {
    List<Server> all = hosts(10);
    Balancer<Server> before = balancer(kind, all);
    Balancer<Server> after = balancer(kind, all.subList(0, 9));
    int moved = 0;
    int others = 0;
    SplittableRandom keys = new SplittableRandom(7);
    for (int i = 0; i < 10_000; i++) {
      long key = keys.nextLong();
      Server old = before.pick(key, 0);
      if (!after.pick(key, 0).equals(old)) {
        moved++;
        others += old.equals(all.get(9)) ? 0 : 1;
      }
    }
    // Some more: with fewer hosts each has more places on the ring, and a table is filled anew.
    assertThat(others).isLessThan(1_000);
    assertThat(moved).isBetween(500, 2_000);
  }

  @ParameterizedTest
  @EnumSource(names = {"RING_HASH", "MAGLEV"})
  void weightsAreShares(Balancing kind) {
    List<Server> hosts = List.of(new Server("a:1", 1), new Server("b:1", 3));
    Balancer<Server> balancer = balancer(kind, hosts);
    int heavy = 0;
    for (int i = 0; i < 10_000; i++) {
      heavy += balancer.pick().weight() == 3 ? 1 : 0;
    }
    assertThat(heavy / 10_000.0).isCloseTo(0.75, within(0.06));
  }

  @Test
  void theOrderOfEndpointsDoesNotMatter() {
    List<Server> hosts = hosts(5);
    Balancer<Server> one = balancer(Balancing.MAGLEV, hosts);
    Balancer<Server> other = balancer(Balancing.MAGLEV, hosts.reversed());
    for (long key = 0; key < 1_000; key++) {
      assertThat(one.pick(key, 0)).isEqualTo(other.pick(key, 0));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RING_HASH", "MAGLEV"})
  void furtherDrawsFindOtherHosts(Balancing kind) {
    Balancer<Server> balancer = balancer(kind, hosts(3));
    List<Server> drawn = new ArrayList<>();
    for (int draw = 0; draw < 40; draw++) {
      drawn.add(balancer.pick(42, draw));
    }
    assertThat(drawn).contains(hosts(3).toArray(new Server[0]));
  }
}
