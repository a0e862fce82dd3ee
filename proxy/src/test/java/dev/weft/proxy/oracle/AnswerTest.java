package dev.weft.proxy.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswerTest {
  @Test
  void aSilenceIsNotTheEndAndFailsWhateverIsExpected() {
    assertThat(Answer.SILENT.problems(Map.of())).hasSize(1).first().asString().contains("30 s");
    assertThat(Answer.SILENT.problems(Map.of("ended", true))).hasSize(1);
    assertThat(Answer.SILENT.problems(Map.of("refused", true))).hasSize(1);
    assertThat(Answer.SILENT.refused()).isFalse();
    assertThat(Answer.NONE.problems(Map.of("ended", true))).isEmpty();
  }
}
