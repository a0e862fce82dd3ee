package dev.weft.policy.jwt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object (RFC 8259) of a stranger: UTF-8 without errors, no name twice in an object, no more
 * than {@value #MOST_DEPTH} levels, nothing behind it. Numbers are {@link Long} where they are
 * written without fraction and exponent and fit, else {@link Double}; none is infinite. By
 * Jackson's stream of tokens; jose4j's reader takes {@code [1,,2]} and any depth. Stateless.
 */
final class JsonReader {
  static final int MOST_DEPTH = 32;

  private static final int MOST_DIGITS = 64;

  /** Keeps no names: strangers make them up. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MOST_DEPTH)
                  .maxNumberLength(MOST_DIGITS)
                  .build())
          .build();

  private JsonReader() {}

  /** The object, immutable at any depth; {@code null}: it is none. */
  static @Nullable Map<String, ?> object(byte[] utf8) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      try (JsonParser parser = JSON.createParser(text)) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
          return null;
        }
        Map<String, ?> object = members(parser);
        return parser.nextToken() == null ? object : null;
      }
    } catch (IOException malformed) {
      // Jackson's text quotes what it could not read, which is nobody's business.
      return null;
    }
  }

  private static Map<String, ?> members(JsonParser parser) throws IOException {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = sound(parser.currentName());
      parser.nextToken();
      members.put(name, value(parser));
    }
    return Collections.unmodifiableMap(members);
  }

  private static List<?> elements(JsonParser parser) throws IOException {
    List<@Nullable Object> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(value(parser));
    }
    return Collections.unmodifiableList(elements);
  }

  private static @Nullable Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> members(parser);
      case START_ARRAY -> elements(parser);
      case VALUE_STRING -> sound(parser.getText());
      case VALUE_NUMBER_INT ->
          switch (parser.getNumberType()) {
            case INT, LONG -> parser.getLongValue();
            case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> finite(parser);
          };
      case VALUE_NUMBER_FLOAT -> finite(parser);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw new IOException("no value");
    };
  }

  private static Double finite(JsonParser parser) throws IOException {
    double value = parser.getDoubleValue();
    if (Double.isInfinite(value)) {
      throw new IOException("a number out of range");
    }
    return value;
  }

  /** Escapes may write half of a pair. */
  private static String sound(String text) throws IOException {
    int at = 0;
    while (at < text.length() && !Character.isSurrogate(text.charAt(at))) {
      at++;
    }
    if (at < text.length() && !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IOException("half of a pair");
    }
    return text;
  }
}
