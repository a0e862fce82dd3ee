package dev.weft.policy.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StringMatcherTest {

  @ParameterizedTest
  @CsvSource({
    "abc, abc, true",
    "ABC, abc, true",
    "abcd, abc, false",
    "ab, abc, false",
    "\u212A, k, false"
  })
  void ignoresTheCaseOfAsciiLettersOnly(String value, String text, boolean accepted) {
    assertThat(new StringMatcher.Exact(text, true).matches(value)).isEqualTo(accepted);
  }

  @Test
  void ignoresCaseInPartsOfAValue() {
    assertThat(new StringMatcher.Prefix("/ApI", true).matches("/api/v1")).isTrue();
    assertThat(new StringMatcher.Suffix(".MESH", true).matches("payments.mesh")).isTrue();
    assertThat(new StringMatcher.Suffix("longer than the value", true).matches("value")).isFalse();
    assertThat(new StringMatcher.Contains("TOOL", true).matches("curltool/8")).isTrue();
    assertThat(new StringMatcher.Contains("tool", false).matches("curlTOOL/8")).isFalse();
  }

  @Test
  void aRegexHasToMatchTheWholeValue() {
    StringMatcher matcher = StringMatcher.Regex.compile("GET|HEAD");
    assertThat(matcher.matches("GET")).isTrue();
    assertThat(matcher.matches("GETX")).isFalse();
    assertThat(matcher.matches("XHEAD")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"GET|HEAD", "x-1|_", "one", "GET|", "|", "GET|H.*", "(?i)get|head", "GET|(HEAD)"})
  void wordsAreAcceptedAsThePatternAcceptsThem(String regex) {
    StringMatcher matcher = StringMatcher.Regex.compile(regex);
    for (String value :
        List.of("GET", "get", "HEAD", "H", "x-1", "_", "one", "", "GET|HEAD", "G")) {
      assertThat(matcher.matches(value))
          .as("%s of %s", value, regex)
          .isEqualTo(Pattern.matches(regex, value));
    }
  }

  @Test
  void aRegexThatBacktrackingEnginesChokeOnTakesLinearTime() {
    StringMatcher matcher = StringMatcher.Regex.compile("(a|aa|a?)*(a*)*b");
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> assertThat(matcher.matches("a".repeat(60_000))).isFalse());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "((a{1000}){1000}){1000}",
        "(((a{100}){100}){2})",
        "a{1000}{1000}",
        "[a]{1000}(b{9999})",
        "(?:x{500}y{500}){20}",
        ""
      })
  void refusesWhatExpandsTooFar(String regex) {
    assertThatThrownBy(() -> StringMatcher.Regex.compile(regex))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesAPatternThatIsTooLong() {
    assertThatThrownBy(() -> StringMatcher.Regex.compile("a".repeat(RegexBounds.MAX_LENGTH + 1)))
        .hasMessageContaining("at most 1024");
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "a(?=b)", "\\1", "[z-a]", "*"})
  void saysWhatIsWrongWithAPattern(String regex) {
    assertThatThrownBy(() -> StringMatcher.Regex.compile(regex))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("RE2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\x{1000}{2}",
        "[{1000}]{10}",
        "[]{9}]{3}",
        "\\Q{1000}{1000}\\E",
        "a{,5}",
        "[[:alpha:]{9999}]x",
        "[0-9a-f]{32}(-[0-9a-f]{4}){3}",
        "\\p{Greek}{900}"
      })
  void takesWhatOnlyLooksLarge(String regex) {
    assertThat(StringMatcher.Regex.compile(regex).pattern().pattern()).isEqualTo(regex);
  }
}
