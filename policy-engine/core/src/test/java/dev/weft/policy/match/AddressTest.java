package dev.weft.policy.match;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {

  private static IpAddress address(String text) {
    return Objects.requireNonNull(IpAddress.parse(text), text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.4:80",
        "a.b.c.d",
        ":",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "::12345",
        "1.2.3.4::",
        "[::1]",
        "fe80::1%eth0",
        "localhost",
        "1:2:3:4:5:6:7::8"
      })
  void whatIsNoAddressIsNone(String text) {
    assertThat(IpAddress.parse(text)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "1.2.3.4, 1.2.3.4",
    "::, 0:0:0:0:0:0:0:0",
    "::1, 0:0:0:0:0:0:0:1",
    "2001:DB8::8:800:200C:417A, 2001:db8:0:0:8:800:200c:417a",
    "::ffff:1.2.3.4, 0:0:0:0:0:ffff:102:304",
    "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8"
  })
  void addressesAreReadAndWritten(String text, String written) {
    assertThat(address(text)).hasToString(written);
    assertThat(IpAddress.parse(written)).isEqualTo(address(text));
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.3, 8, 10.255.0.1, true",
    "10.1.2.3, 8, 11.0.0.1, false",
    "10.1.2.3, 0, 200.0.0.1, true",
    "10.1.2.3, 32, 10.1.2.3, true",
    "10.1.2.3, 128, 10.1.2.3, true",
    "10.1.2.3, 31, 10.1.2.4, false",
    "0.0.0.0, 0, ::1, false",
    "::, 0, 1.2.3.4, false",
    "2001:db8::, 32, 2001:db8:ffff::1, true",
    "2001:db8::, 65, 2001:db8::8000:0:0:1, false",
    "::ffff:1.2.3.4, 128, 1.2.3.4, false"
  })
  void aRangeHoldsWhatBeginsLikeIt(String base, int length, String tried, boolean within) {
    assertThat(new CidrRange(address(base), length).contains(address(tried))).isEqualTo(within);
  }

  @Test
  void aRangeForgetsWhatDoesNotCount() {
    assertThat(new CidrRange(address("10.1.2.3"), 16))
        .isEqualTo(new CidrRange(address("10.1.9.9"), 16))
        .hasToString("10.1.0.0/16");
    assertThat(new CidrRange(address("10.1.2.3"), 16).last()).isEqualTo(address("10.1.255.255"));
    assertThat(new CidrRange(address("::"), 0).contains(null)).isFalse();
  }
}
