package dev.weft.policy.document;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Document.Format;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is one document, what is several, and what stands for something else in them. */
class DocumentTest {
  private static String read(String yaml) {
    return switch (Document.parse(yaml.getBytes(UTF_8), Format.YAML)) {
      case Document.Parsed(JsonNode tree) -> tree.toString();
      case Document.Malformed(String message, int line, int column) -> "malformed: " + message;
    };
  }

  private static List<String> all(String yaml) {
    return Document.parseAll(yaml.getBytes(UTF_8), 3).stream()
        .map(document ->
            switch (document) {
              case Document.Parsed(JsonNode tree) -> tree.toString();
              case Document.Malformed(String message, int line, int column) ->
                  "malformed: " + message;
            })
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: 1\n",
        "---\na: 1\n",
        "# why\n---\na: 1\n",
        "a: 1\n---\n",
        "a: 1\n...\n",
        "---\n# nothing\n---\na: 1\n---\n# nothing either\n---\nnull\n",
        "%YAML 1.1\n---\na: 1\n",
        "\ufeffa: 1\r\n",
        "{\"a\": 1}"
      })
  void whatIsEmptyAroundADocumentIsNoOther(String yaml) {
    assertThat(read(yaml)).isEqualTo("{\"a\":1}");
    assertThat(all(yaml)).containsExactly("{\"a\":1}");
  }

  @Test
  void severalAreSeveral() {
    assertThat(all("---\na: 1\n---\n# x\n---\nb: 2\n---\n"))
        .containsExactly("{\"a\":1}", "{\"b\":2}");
    assertThat(read("a: 1\n---\nb: 2\n")).isEqualTo("malformed: more than one document");
    assertThat(read("a: 1\n---\nb: [\n")).startsWith("malformed: ");
    assertThat(all("a: 1\n---\nb: 2\n---\nc: 3\n---\nd: 4\n"))
        .containsExactly("{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "malformed: more than 3 documents");
    assertThat(read("")).isEqualTo("malformed: an empty document");
    assertThat(read("# nothing\n---\n")).isEqualTo("malformed: an empty document");
  }

  @Test
  void aFieldWithNothingBehindItIsNull() {
    assertThat(read("a:\nb: ''\nc:\n- \n- x\n"))
        .isEqualTo("{\"a\":null,\"b\":\"\",\"c\":[null,\"x\"]}");
  }

  @Test
  void anAliasIsWhatItStandsFor() {
    assertThat(read("a: &x text\nb: [*x, &y 1, *y]\nc: &z {d: [*x]}\ne: *z\n"))
        .isEqualTo(
            "{\"a\":\"text\",\"b\":[\"text\",1,1],\"c\":{\"d\":[\"text\"]},\"e\":{\"d\":[\"text\"]}}");
  }

  @Test
  void whatAMergeKeyAddsStandsBehindWhatIsThere() {
    assertThat(read("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [*a, {x: 4, z: 5}]}\n"))
        .isEqualTo(
            "{\"a\":{\"x\":1,\"y\":2},\"b\":{\"y\":3,\"x\":1},\"c\":{\"x\":1,\"y\":2,\"z\":5}}");
    assertThat(read("a: {<<: text}\n")).isEqualTo("{\"a\":{\"<<\":\"text\"}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: *x                   | *x stands for nothing that comes before it",
        "a: &x [*x]              | *x stands for nothing that comes before it",
        "a: 1, b: {c: 1, c: 2}   | Duplicate field 'c'",
        "a: &x {b: 1}, c: {b: 2, b: *x} | Duplicate field 'b'"
      })
  void whatStandsForNothingIsMalformed(String fields, String message) {
    assertThat(read("{" + fields + "}")).isEqualTo("malformed: " + message);
  }

  @Test
  void anAliasIsOfItsOwnDocument() {
    assertThat(all("a: &x 1\n---\nb: *x\n"))
        .containsExactly("{\"a\":1}", "malformed: *x stands for nothing that comes before it");
  }

  @Test
  void whatAliasesStandForIsBounded() {
    StringBuilder much = new StringBuilder("a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n");
    StringBuilder deep = new StringBuilder("a0: &a0 [1]\n");
    for (int i = 1; i < 40; i++) {
      String before = "*a" + (i - 1);
      much.append("a").append(i).append(": &a").append(i).append(" [");
      much.append(String.join(",", java.util.Collections.nCopies(10, before))).append("]\n");
      deep.append("a").append(i).append(": &a").append(i).append(" [").append(before).append("]\n");
    }
    assertThat(read(much.toString()))
        .isEqualTo("malformed: aliases stand for more than 10000 values");
    assertThat(read(deep.toString()))
        .isEqualTo("malformed: with what aliases stand for deeper than 32 levels");
  }
}
