package dev.weft.policy.match;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RegexBoundsLawsTest {

  @Property(tries = 500)
  void whatPassesCompilesToABoundedProgramOrIsMalformed(@ForAll("patterns") String regex) {
    StringMatcher.Regex compiled;
    try {
      compiled = StringMatcher.Regex.compile(regex);
    } catch (IllegalArgumentException refused) {
      return;
    }
    // A step of the estimate is at most a handful of instructions of the engine.
    assertThat(compiled.pattern().programSize()).isLessThan(6 * RegexBounds.MAX_PROGRAM);
  }

  @Provide
  Arbitrary<String> patterns() {
    return Arbitraries.of(
            "a", "[b-d]", "(", ")", "(?:", "|", "*", "+", "?", "{2}", "{9}", "{100}", "{3,}",
            "{1,40}", "\\d", "\\x{41}", "\\p{L}", "\\Q{9}", "\\E", ".", "{", "}", "[", "]", "^",
            "-", "\\")
        .list()
        .ofMaxSize(24)
        .map(parts -> String.join("", parts));
  }
}
