package dev.weft.policy.match;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CookieStringTest {

  @Test
  void findsTheFirstOfTheName() {
    assertThat(CookieString.first("a=1; b = 2 ;b=3", "b")).isEqualTo("2");
    assertThat(CookieString.first("a=1; B=2", "b")).isNull();
    assertThat(CookieString.first("", "b")).isNull();
  }

  @Test
  void takesQuotesOffAndLeavesWhatIsNoPair() {
    assertThat(CookieString.first("a=\"x=y\"", "a")).isEqualTo("x=y");
    assertThat(CookieString.first("a=\"", "a")).isEqualTo("\"");
    assertThat(CookieString.first("a; a=2", "a")).isEqualTo("2");
    assertThat(CookieString.first("aa=2; a=", "a")).isEmpty();
  }
}
