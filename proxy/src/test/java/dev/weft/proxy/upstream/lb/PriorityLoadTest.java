package dev.weft.proxy.upstream.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.upstream.lb.PriorityLoad.Census;
import dev.weft.proxy.upstream.lb.PriorityLoad.Tier;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables of Envoy's documentation, "Priority levels" and "Degraded endpoints". */
class PriorityLoadTest {
  private static Census percent(int healthy) {
    return new Census(100, healthy, 0);
  }

  @ParameterizedTest
  @CsvSource({
    "100, 100, 100, 0",
    "72, 72, 100, 0",
    "71, 71, 99, 1",
    "50, 50, 70, 30",
    "25, 100, 35, 65",
    "25, 25, 50, 50",
    "0, 100, 0, 100",
    "100, 0, 100, 0",
  })
  void twoPriorities(int first, int second, int loadFirst, int loadSecond) {
    PriorityLoad load = PriorityLoad.of(new Census[] {percent(first), percent(second)}, 140, 0);
    assertThat(load.healthy(0)).isEqualTo(loadFirst);
    assertThat(load.healthy(1)).isEqualTo(loadSecond);
  }

  @ParameterizedTest
  @CsvSource({
    "100, 0, 100, 100, 0, 0",
    "25, 25, 25, 35, 35, 30",
    "20, 20, 10, 40, 40, 20",
    "25, 25, 100, 35, 35, 30",
  })
  void threePriorities(int a, int b, int c, int loadA, int loadB, int loadC) {
    PriorityLoad load = PriorityLoad.of(new Census[] {percent(a), percent(b), percent(c)}, 140, 0);
    assertThat(List.of(load.healthy(0), load.healthy(1), load.healthy(2)))
        .containsExactly(loadA, loadB, loadC);
  }

  @Test
  void degradedHostsServeWhatHealthyOnesCannot() {
    PriorityLoad load =
        PriorityLoad.of(new Census[] {new Census(100, 20, 80), percent(20)}, 140, 0);
    assertThat(load.healthy(0)).isEqualTo(28);
    assertThat(load.healthy(1)).isEqualTo(28);
    assertThat(load.degraded(0)).isEqualTo(44);
  }

  @Test
  void withoutAnyHealthyHostTheFirstPriorityGetsAllAndHasNone() {
    PriorityLoad load = PriorityLoad.of(new Census[] {percent(0), percent(0)}, 140, 0);
    assertThat(load.choose(99)).isEqualTo(new PriorityLoad.Choice(0, Tier.HEALTHY));
  }

  @Test
  void inPanicHealthIsIgnored() {
    PriorityLoad load = PriorityLoad.of(new Census[] {percent(10), percent(10)}, 140, 50);
    assertThat(load.choose(0).tier()).isEqualTo(Tier.ALL);
    assertThat(load.healthy(0)).isEqualTo(50);
    assertThat(load.healthy(1)).isEqualTo(50);
  }

  @Test
  void aPriorityLeftOutGetsNothing() {
    Census[] census = {percent(100), percent(100)};
    PriorityLoad load = PriorityLoad.without(census, 140, new boolean[] {true, false});
    assertThat(load.healthy(0)).isZero();
    assertThat(load.healthy(1)).isEqualTo(100);
    assertThat(PriorityLoad.without(census, 140, new boolean[] {true, true})).isNull();
  }

  @Property(tries = 300)
  void theLoadIsAlwaysWhole(
      @ForAll @Size(min = 1, max = 5) List<@IntRange(max = 50) Integer> healthy,
      @ForAll @IntRange(max = 50) int degraded,
      @ForAll @IntRange(max = 100) int panic) {
    Census[] census = new Census[healthy.size()];
    for (int i = 0; i < census.length; i++) {
      census[i] = new Census(100, healthy.get(i), degraded);
    }
    PriorityLoad load = PriorityLoad.of(census, 140, panic);
    int sum = 0;
    for (int i = 0; i < census.length; i++) {
      sum += load.healthy(i) + load.degraded(i);
    }
    assertThat(sum).isEqualTo(100);
  }
}
