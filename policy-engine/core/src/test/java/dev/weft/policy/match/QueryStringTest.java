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
    "/p?b=0&%61b=1, ab, 1",
    "/p?%61%62, ab, ''",
    "/p?a=b=c, a, b=c",
    "/p?%3d=1, =, 1",
    "/p?&&a=1&, a, 1",
  })
  void theFirstValueWithItsEscapesUndone(String path, String name, String expected) {
    assertThat(QueryString.firstDecoded(path, name)).isEqualTo(expected);
  }

  @Test
  void aParameterIsTakenAwayAndTheOthersStay() {
    assertThat(QueryString.without("/p?z=%41+b&t=1&a=1&t", "t")).isEqualTo("/p?z=%41+b&a=1");
    assertThat(QueryString.without("/p?%74=1&ta=2&a=t", "t")).isEqualTo("/p?ta=2&a=t");
    assertThat(QueryString.without("/p?t=1", "t")).isEqualTo("/p");
    assertThat(QueryString.without("/p", "t")).isEqualTo("/p");
  }
}
