package dev.weft.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A complaint that comes too early or not at all is seen; certificates live 120 s here. */
class NodeCertificateTest {
  @ParameterizedTest
  @CsvSource({
    "100, false, true",
    "60, true, false",
    "34, true, true",
    "28, false, true",
    "20, false, false",
    "20, true, true",
  })
  void isRightWhereItComplainsAtHalfOfWhatIsLeft(
      double secondsLeft, boolean overdue, boolean right) {
    assertThat(new NodeCertificate("east/orders-1", secondsLeft, overdue).rightAbout(120))
        .isEqualTo(right);
  }
}
