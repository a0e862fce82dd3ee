package dev.weft.policy.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {

  private static @Nullable Map<String, ?> read(String text) {
    return JsonReader.object(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsEveryKindOfValue() {
    assertThat(
            read(" {\"a\": [true, false, null], \"b\": {\"c\": \"\\u00e9\\n\\ud83d\\ude00\"}} \n"))
        .isEqualTo(
            Map.of("a", Arrays.asList(true, false, null), "b", Map.of("c", "é\n\ud83d\ude00")));
    assertThat(read("{}")).isEmpty();
  }

  @Test
  void wholeNumbersAreLongsWhereTheyFit() {
    assertThat(
            read("{\"a\": [0, -0, 1700000000, 9223372036854775807, 9223372036854775808, 1.5e1]}"))
        .isEqualTo(Map.of("a", List.of(0L, 0L, 1_700_000_000L, Long.MAX_VALUE, 0x1p63, 15.0)));
  }

  @Test
  void nothingOfItCanBeChanged() {
    Map<String, ?> object = read("{\"a\": {\"b\": []}}");
    assertThatThrownBy(() -> object.remove("a")).isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> ((Map<?, ?>) object.get("a")).clear())
        .isInstanceOf(RuntimeException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[1]",
        "1",
        "\"a\"",
        "{",
        "{\"a\"",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,\"a\":1}",
        "{a:1}",
        "{\"a\":1}x",
        "{} {}",
        "\uFEFF{}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"a\":[1,,2]}",
        "{\"a\":[1,]}",
        "{\"a\":01}",
        "{\"a\":-}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":+1}",
        "{\"a\":1e}",
        "{\"a\":1e999}",
        "{\"a\":NaN}",
        "{\"a\":tru}",
        "{\"a\":'b'}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"\\udc00\":1}",
        "{\"a\":/**/1}",
        "{\"a\":1//\n}",
        "{\"a\":\"b}"
      })
  void refusesWhatIsNoObject(String text) {
    assertThat(read(text)).isNull();
  }

  @Test
  void refusesWhatIsNotUtf8() {
    for (int[] bytes : new int[][] {{0xff}, {0xc0, 0x80}, {0xed, 0xa0, 0x80}, {0xe2, 0x82}}) {
      byte[] text = "{\"a\":\"....\"}".getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < bytes.length; i++) {
        text[6 + i] = (byte) bytes[i];
      }
      assertThat(JsonReader.object(text)).isNull();
    }
  }

  @Test
  void boundsLevelsAndDigits() {
    assertThat(read(nested(JsonReader.MOST_DEPTH - 1))).isNotNull();
    assertThat(read(nested(JsonReader.MOST_DEPTH))).isNull();
    assertThat(read(nested(100_000))).isNull();
    assertThat(read("{\"a\":" + "1".repeat(64) + "}")).isNotNull();
    assertThat(read("{\"a\":" + "1".repeat(65) + "}")).isNull();
  }

  /** Lists within an object. */
  private static String nested(int lists) {
    return "{\"a\":" + "[".repeat(lists) + "]".repeat(lists) + "}";
  }
}
