package dev.weft.policy.match;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeaderMatcherTest {

  private static final StringMatcher ONE = StringMatcher.exact("1");

  @Test
  void presenceIsWhatIsAskedForWithoutAValue() {
    assertThat(HeaderMatcher.present("x").matches("")).isTrue();
    assertThat(HeaderMatcher.present("x").matches(null)).isFalse();
    assertThat(new HeaderMatcher("x", null, false, false, false).matches(null)).isTrue();
    assertThat(new HeaderMatcher("x", null, true, true, false).matches(null)).isTrue();
    assertThat(new HeaderMatcher("x", null, false, true, false).matches(null)).isFalse();
  }

  @Test
  void aMissingHeaderMatchesNoValueNotEvenAnInvertedOne() {
    assertThat(new HeaderMatcher("x", ONE, true, true, false).matches("2")).isTrue();
    assertThat(new HeaderMatcher("x", ONE, true, true, false).matches(null)).isFalse();
    assertThat(HeaderMatcher.of("x", ONE).matches(null)).isFalse();
  }

  @Test
  void aMissingHeaderCanCountAsEmpty() {
    assertThat(new HeaderMatcher("x", ONE, true, true, true).matches(null)).isTrue();
    assertThat(new HeaderMatcher("x", ONE, true, false, true).matches(null)).isFalse();
  }
}
