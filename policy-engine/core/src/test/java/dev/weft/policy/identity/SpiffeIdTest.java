package dev.weft.policy.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpiffeIdTest {

  @Test
  void readsWhatItWrites() {
    SpiffeId id = SpiffeId.parse("spiffe://east.demo/ns/default/sa/payments");
    assertThat(id).isEqualTo(new SpiffeId(new TrustDomain("east.demo"), "default", "payments"));
    assertThat(id.uri()).isEqualTo("spiffe://east.demo/ns/default/sa/payments");
    assertThat(id.uri()).startsWith(id.trustDomain().idPrefix());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "https://east.demo/ns/default/sa/payments",
        "SPIFFE://east.demo/ns/default/sa/payments",
        "spiffe://East.demo/ns/default/sa/payments",
        "spiffe:///ns/default/sa/payments",
        "spiffe://east.demo/ns/default/sa/payments/",
        "spiffe://east.demo/ns/default/sa/payments?x",
        "spiffe://east.demo/ns/../sa/payments",
        "spiffe://east.demo/ns/default/sa/.",
        "spiffe://east.demo/ns//sa/payments",
        "spiffe://east.demo/ns/default/sa/pay ments",
        "spiffe://east.demo:80/ns/default/sa/payments",
        "spiffe://east.demo/ns/default/sa/payments\n"
      })
  void refusesAnyOtherForm(String uri) {
    assertThatThrownBy(() -> SpiffeId.parse(uri)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void quotesLittleOfWhatAPeerSends() {
    assertThatThrownBy(() -> SpiffeId.parse("x\n".repeat(100_000)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200).doesNotContain("\n"));
  }
}
