package dev.weft.bench.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.bench.load.LoadResult;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Plan PLAN = new Plan(3, 1, 1, 0, 0.03, 4);

  private static Slice slice(long cpuMillis, double p99Micros) {
    return new Slice(new LoadResult(1000, 0, 2, 100, p99Micros), cpuMillis * 1_000_000, 2048, 0);
  }

  private static ModeResult result(Mode mode) {
    return new ModeResult(
        mode,
        List.of(
            Map.of("weft", slice(10, 1000), "envoy", slice(20, 1500)),
            Map.of("weft", slice(30, 2500), "envoy", slice(20, 1500)),
            Map.of("weft", slice(15, 1200), "envoy", slice(20, 1500))),
        1);
  }

  @Test
  void ratiosAreOfTheSameRound() {
    assertThat(result(Mode.HTTP1).ratio("weft", "envoy")).isEqualTo(new Spread(0.5, 0.75, 1.5));
    assertThat(result(Mode.HTTP1).later("weft", "envoy")).isEqualTo(new Spread(-0.5, -0.3, 1.0));
  }

  @Test
  void whereMoreIsBetterTheRatioIsOfBytes() {
    assertThat(result(Mode.TCP).ratio("weft", "envoy").max()).isEqualTo(2.0);
  }

  @Test
  void theTableNamesPeersAndRatios() {
    assertThat(Report.table(List.of(result(Mode.HTTP1))))
        .contains("weft", "envoy", "0.75 (0.50..1.50)", "15.0 (10.0..30.0)");
  }

  @Test
  void jsonHoldsEveryRound() {
    var json = Report.json(List.of(result(Mode.HTTP1)), PLAN, Map.of("kernel", "x"));
    assertThat(json.at("/modes/0/rounds")).hasSize(3);
    assertThat(json.at("/modes/0/ratios/0/median").doubleValue()).isEqualTo(0.75);
    assertThat(json.at("/modes/0/rounds/1/weft/cpuMicrosPerRequest").doubleValue()).isEqualTo(30);
  }
}
