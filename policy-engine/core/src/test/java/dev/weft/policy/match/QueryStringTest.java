package dev.weft.policy.match;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryStringTest {

  @ParameterizedTest
  @CsvSource({
    "/p?a=1&a=2, a, 1",
    "/p?ab=1&a, a, ''",
    "/p?x=%41%4, x, A%4",
    "/p?x=%zz+%C3%A9, x, %zz+Ã©",
    "/p?a=1, b, ",
    "/a=1, a, ",
  })
  void theFirstValueWithItsEscapesUndone(String path, String name, String expected) {
    assertThat(QueryString.firstDecoded(path, name)).isEqualTo(expected);
  }

  @Test
  void aParameterIsTakenAwayAndTheOthersStay() {
    assertThat(QueryString.without("/p?z=%41+b&t=1&a=1&t", "t")).isEqualTo("/p?z=%41+b&a=1");
    assertThat(QueryString.without("/p?t=1", "t")).isEqualTo("/p");
    assertThat(QueryString.without("/p", "t")).isEqualTo("/p");
  }
}
