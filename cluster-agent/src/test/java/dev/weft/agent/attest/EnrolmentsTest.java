package dev.weft.agent.attest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.model.Enrolment;
import dev.weft.agent.state.Delta;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.identity.SpiffeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnrolmentsTest {
  private static final Duration LIFE = Duration.ofHours(24);
  private static final SpiffeId PAYMENTS =
      SpiffeId.parse("spiffe://east.demo/ns/default/sa/payments");

  @TempDir Path directory;
  private final List<Delta> told = new ArrayList<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private ResourceStore store;
  private Enrolments enrolments;

  @BeforeEach
  void open() throws IOException {
    store = new ResourceStore(directory);
    enrolments = new Enrolments(store, told::add, () -> now, LIFE);
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  private int stored() throws IOException {
    return store.loadAll("enrolments").resources().size();
  }

  @Test
  void itEndsADayAfterItsLastCertificate() throws IOException {
    enrolments.record(PAYMENTS, Set.of("payments"));
    pass(LIFE.plus(Enrolments.GRACE));
    enrolments.expire();
    assertThat(stored()).isEqualTo(1);

    pass(Duration.ofSeconds(1));
    enrolments.expire();
    assertThat(stored()).isZero();
    assertThat(told)
        .containsExactly(
            new Delta.Enrolled(new Enrolment(PAYMENTS, Set.of("payments"))),
            new Delta.EnrolmentEnded(PAYMENTS));
  }

  @Test
  void renewalsKeepItOverARestart() throws IOException {
    enrolments.record(PAYMENTS, Set.of("payments"));
    for (int i = 0; i < 10; i++) {
      pass(Duration.ofHours(12));
      enrolments.renewed(PAYMENTS);
      enrolments.expire();
    }
    open();
    pass(LIFE);
    enrolments.expire();
    assertThat(stored()).isEqualTo(1);
    assertThat(told).doesNotContain(new Delta.EnrolmentEnded(PAYMENTS));
    pass(Duration.ofDays(2));
    enrolments.expire();
    assertThat(told).contains(new Delta.EnrolmentEnded(PAYMENTS));
  }

  @Test
  void oneThatIsOverAddsNothingToTheNext() throws IOException {
    enrolments.record(PAYMENTS, Set.of("payments", "ledger"));
    enrolments.record(PAYMENTS, Set.of("billing"));
    assertThat(told.getLast())
        .isEqualTo(
            new Delta.Enrolled(new Enrolment(PAYMENTS, Set.of("payments", "ledger", "billing"))));
    pass(Duration.ofDays(3));
    enrolments.record(PAYMENTS, Set.of("payments"));
    assertThat(told.getLast())
        .isEqualTo(new Delta.Enrolled(new Enrolment(PAYMENTS, Set.of("payments"))));
  }

  @Test
  void oneOfBeforeThereWereEndsLastsAsIfSignedAtTheStart() throws IOException {
    store.put(
        "enrolments",
        PAYMENTS.uri(),
        "{\"identity\": \"x\", \"services\": [\"payments\"]}".getBytes(StandardCharsets.UTF_8));
    open();
    pass(LIFE);
    enrolments.expire();
    assertThat(stored()).isEqualTo(1);
    pass(Duration.ofHours(25));
    enrolments.expire();
    assertThat(stored()).isZero();
  }
}
