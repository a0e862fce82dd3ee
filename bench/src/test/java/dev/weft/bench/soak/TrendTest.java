package dev.weft.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

class TrendTest {
  private static final Trend HEAP = new Trend("heap", Sample::heap, 0.1, 1000);

  private static List<Sample> heaps(int count, IntUnaryOperator at) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(new Sample(at.applyAsInt(i), 0, 0, 0));
    }
    return samples;
  }

  @Test
  void whatGrowsAllTheTimeIsFound() {
    assertThat(HEAP.problem(heaps(20, i -> 20_000 + 300 * i))).isPresent();
  }

  @Test
  void fillingUpAtTheBeginningAndPeaksAreNotGrowth() {
    assertThat(HEAP.problem(heaps(20, i -> i < 5 ? 4000 * i : 20_000))).isEmpty();
    assertThat(HEAP.problem(heaps(20, i -> i % 5 == 0 ? 60_000 : 20_000))).isEmpty();
    assertThat(HEAP.problem(heaps(20, i -> 20_000 + 50 * i))).isEmpty();
  }

  @Test
  void tooFewSamplesTellNothing() {
    assertThat(HEAP.problem(heaps(Trend.FEWEST - 1, i -> 20_000 * i))).isEmpty();
  }
}
