package dev.weft.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CookiesTest {

  private static @Nullable String first(String name, String... sent) {
    HeaderList headers = new HeaderList().add("x-other", "session=no");
    for (String one : sent) {
      headers.add("cookie", one);
    }
    return Cookies.first(headers, name);
  }

  @Test
  void findsTheFirstOfSeveralHeadersAndPairs() {
    assertThat(first("b", "a=1; b=2", "b=3")).isEqualTo("2");
    assertThat(first("b", "a=1", " b = 3 ;c=4")).isEqualTo("3");
    assertThat(first("c", "a=1; b=2")).isNull();
    assertThat(first("session")).isNull();
  }

  @Test
  void takesQuotesOffAndLeavesWhatIsNoPair() {
    assertThat(first("a", "a=\"x=y\"")).isEqualTo("x=y");
    assertThat(first("a", "a=\"")).isEqualTo("\"");
    assertThat(first("a", "a; a=2")).isEqualTo("2");
    assertThat(first("a", "A=1; aa=2; a=")).isEmpty();
  }
}
