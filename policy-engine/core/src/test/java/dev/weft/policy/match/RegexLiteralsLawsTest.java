package dev.weft.policy.match;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.weft.policy.match.RegexLiterals.Literal;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RegexLiteralsLawsTest {

  @Property(tries = 3000)
  void whatIsAcceptedHoldsTheLiterals(
      @ForAll("patterns") String regex, @ForAll("values") List<String> values) {
    Pattern pattern;
    try {
      pattern = Pattern.compile(regex);
    } catch (PatternSyntaxException refused) {
      return;
    }
    for (Literal literal : RegexLiterals.of(regex)) {
      for (String value : values) {
        if (pattern.matches(value)) {
          assertThat(value).as(regex).contains(literal.text());
          assertThat(literal.atStart() && !value.startsWith(literal.text())).as(regex).isFalse();
        }
      }
    }
  }

  @Test
  void literalsOfPatternsThatPeopleWrite() {
    assertThat(RegexLiterals.of(".*/ns/shop/.*")).containsExactly(new Literal("/ns/shop/", false));
    assertThat(RegexLiterals.of("/api/v1/orders/[0-9]+"))
        .containsExactly(new Literal("/api/v1/orders/", true));
    assertThat(RegexLiterals.of("shop\\.example\\.com(:[0-9]+)?"))
        .containsExactly(new Literal("shop.example.com", true));
    assertThat(RegexLiterals.of("abc|def")).isEmpty();
    assertThat(RegexLiterals.of("(?i)abc")).isEmpty();
    assertThat(RegexLiterals.of("abcd?")).containsExactly(new Literal("abc", true));
  }

  @Provide
  Arbitrary<String> patterns() {
    return Arbitraries.of(
            "abc", "a", "bca", ".*", ".", "+", "*", "?", "{2}", "{0,1}", "{,2}", "(", ")", "(?:",
            "|", "[ab]", "[^]c]", "\\.", "\\d", "^", "$", "(?i)", "\\Q", "\\E", "c+", "ab?")
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<List<String>> values() {
    return Arbitraries.of("abc", "a", "b", "c", "bca", "ABC", ".", "1", "{,2}")
        .list()
        .ofMaxSize(5)
        .map(parts -> String.join("", parts))
        .list()
        .ofSize(30);
  }
}
