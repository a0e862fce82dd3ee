package dev.weft.policy.match;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PathTemplateLawsTest {

  @Property(tries = 2000)
  void aTemplateAcceptsWhatItsPatternAccepts(
      @ForAll("templates") String text, @ForAll("paths") List<String> paths) {
    PathTemplate template;
    try {
      template = PathTemplate.parse(text);
    } catch (IllegalArgumentException refused) {
      return;
    }
    for (String path : paths) {
      assertThat(template.matches(path))
          .as("%s and %s", text, path)
          .isEqualTo(template.pattern().matches(path));
    }
  }

  @Provide
  Arbitrary<String> templates() {
    return Arbitraries.of("/", "a", "b", "*", "**", "{x}", "{y=a/*}", "{z=**}", ".c", "{w=a}")
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(parts -> "/" + String.join("", parts));
  }

  @Provide
  Arbitrary<List<String>> paths() {
    return Arbitraries.of("/", "a", "b", "ab", ".c", "=", "\n")
        .list()
        .ofMaxSize(7)
        .map(parts -> "/" + String.join("", parts))
        .list()
        .ofSize(20);
  }
}
