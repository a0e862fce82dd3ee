package dev.weft.policy.istio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkloadHeaderTest {
  @Test
  void whateverLabelsHoldComesOutAgain() {
    Map<String, String> told =
        Map.of(
            "namespace",
            "shop",
            "service",
            "ledger",
            "label.a&b=c %",
            "ä\u2028,\"%25 +",
            "label.e",
            "");
    String header = WorkloadHeader.of(told);
    assertThat(header).matches("[!-~]+").endsWith("&namespace=shop&service=ledger");
    assertThat(WorkloadHeader.read(header)).isEqualTo(told);
  }

  @Test
  void aLongOneHasNoLabelsAtAll() {
    Map<String, String> told = new HashMap<>(Map.of("namespace", "shop", "service", "ledger"));
    told.put("label.a", "short");
    assertThat(WorkloadHeader.read(WorkloadHeader.of(told))).isEqualTo(told);
    told.put("label.b", "x".repeat(WorkloadHeader.LONGEST));
    assertThat(WorkloadHeader.of(told)).isEqualTo("namespace=shop&service=ledger");
  }

  @Test
  void whatIsNoneIsRefused() {
    for (String none :
        new String[] {"", "a", "=a", "a=1&", "a=%", "a=%zz", "a=1&a=1", "%61=1&a=1"}) {
      assertThatThrownBy(() -> WorkloadHeader.read(none))
          .as(none)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
