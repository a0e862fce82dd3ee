package dev.weft.policy.document;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.document.Document.Format;
import dev.weft.policy.document.Document.Malformed;
import org.junit.jupiter.api.Test;

/** What is wrong is said with its place, and without a word on the library. */
class DocumentFaultTest {

  private static Malformed fault(String text, Format format) {
    return (Malformed) Document.parse(text.getBytes(UTF_8), format);
  }

  @Test
  void ofYamlTheMistakeIsNamedAndNotWhatItStandsIn() {
    assertThat(fault("cases:\n\t- {name: x}\n", Format.YAML).text())
        .startsWith("line 2, column 1: found character '\\t(TAB)' that cannot start any token");
    assertThat(fault("foo: [a\nb: c\n", Format.YAML).message()).startsWith("expected ',' or ']'");
    assertThat(fault("a: 1\na: 2\n", Format.YAML).text())
        .isEqualTo("line 2, column 2: Duplicate field 'a'");
    assertThat(fault("[".repeat(100), Format.YAML).message()).endsWith("the maximum allowed (32)");
  }

  @Test
  void ofJsonOnlyTheMistakeIsTold() {
    assertThat(fault("{\"a\":", Format.JSON).message()).doesNotContain("REDACTED");
    assertThat(fault("{} {}", Format.JSON).message()).isEqualTo("something behind the document");
  }

  @Test
  void otherEncodingsAreNamed() {
    assertThat(Document.parse("a".getBytes(UTF_16), Format.YAML))
        .isEqualTo(new Malformed("not UTF-8", 0, 0));
  }
}
