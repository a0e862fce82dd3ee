package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DecisionLogTest {

  private final AtomicLong millis = new AtomicLong(1_000_000);
  private final InstantSource source = () -> Instant.ofEpochMilli(millis.get());
  private final DecisionLog log = new DecisionLog(source.withZone(ZoneOffset.UTC));

  @Test
  void logsSoManyInASecondAndCountsTheRest() {
    for (int i = 0; i < DecisionLog.PER_SECOND; i++) {
      assertThat(log.line("p", "r")).isEqualTo("principal=p r");
    }
    assertThat(log.line("p", "r")).isEmpty();
    assertThat(log.line("p", "r")).isEmpty();
    millis.addAndGet(1000);
    assertThat(log.line("p", "r")).isEqualTo("(2 lines not logged) principal=p r");
  }

  @Test
  void keepsWhatAPeerSendsToOneShortLine() {
    assertThat(log.line("a\nb".repeat(9_000), "r")).hasSizeLessThan(1100).doesNotContain("\n");
  }
}
