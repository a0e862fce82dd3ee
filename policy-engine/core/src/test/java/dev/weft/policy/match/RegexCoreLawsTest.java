package dev.weft.policy.match;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexCoreLawsTest {

  @Property(tries = 3000)
  void decidesAsThePatternDoes(
      @ForAll("patterns") String regex, @ForAll("values") List<String> values) {
    Pattern pattern;
    try {
      pattern = Pattern.compile(regex);
    } catch (PatternSyntaxException refused) {
      return;
    }
    StringMatcher.Regex matcher = new StringMatcher.Regex(pattern);
    for (String value : values) {
      assertThat(matcher.matches(value))
          .as(regex + " of " + value)
          .isEqualTo(pattern.matches(value));
    }
  }

  @ParameterizedTest
  @CsvSource({
    ".*/ns/shop/.*, /ns/shop/, true, true",
    "/api/v1/.*, /api/v1/, false, true",
    ".*\\.example\\.com, .example.com, true, false",
    ".*\\.*, , true, false",
  })
  void coresOfPatternsThatPeopleWrite(String regex, String text, boolean begin, boolean end) {
    RegexCore core = RegexCore.of(Pattern.compile(regex));
    if (text == null) {
      assertThat(core).isNull();
    } else {
      assertThat(core).isEqualTo(new RegexCore(text, null, begin, end));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a|b.*", "(?s)a.*", "\\Qa.*", ".*[ab]", "[ab]", ".*?a", "a.*?"})
  void othersAreRunWhole(String regex) {
    assertThat(RegexCore.of(Pattern.compile(regex))).isNull();
  }

  @Provide
  Arbitrary<String> patterns() {
    Arbitrary<String> middle =
        Arbitraries.of(
                "abc", "a", "bca", ".*", ".", "+", "*", "?", "{2}", "{0,1}", "{,2}", "(", ")",
                "(?:", "|", "[ab]", "[^]c]", "\\.", "\\", "\\d", "^", "$", "(?i)", "\\Q", "\\E",
                "c+", "ab?", "\\b", "\\n", "\\z", "\\A")
            .list()
            .ofMaxSize(5)
            .map(parts -> String.join("", parts));
    return middle.flatMap(core -> Arbitraries.of(".*" + core + ".*", core + ".*", ".*" + core));
  }

  @Provide
  Arbitrary<List<String>> values() {
    return Arbitraries.of("abc", "a", "b", "c", "bca", "ABC", ".", "1", "{,2}", "\n", "\\")
        .list()
        .ofMaxSize(5)
        .map(parts -> String.join("", parts))
        .list()
        .ofSize(30);
  }
}
