package dev.weft.policy.jwt;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
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
 * written without fraction and exponent and fit, else {@link Double}; none is infinite. Confined to
 * its call.
 */
final class JsonReader {
  static final int MOST_DEPTH = 32;

  /** Stands for "this is not JSON": {@code null} is a value. */
  private enum Bad {
    BAD
  }

  private final String text;
  private int at;

  private JsonReader(String text) {
    this.text = text;
  }

  /** The object, immutable at any depth; {@code null}: it is none. */
  static @Nullable Map<String, ?> object(byte[] utf8) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
    JsonReader reader = new JsonReader(text);
    reader.skipSpace();
    if (!reader.takes('{')) {
      return null;
    }
    Object value = reader.members(1);
    reader.skipSpace();
    return value instanceof Map<?, ?> && reader.at == text.length() ? asObject(value) : null;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, ?> asObject(Object value) {
    return (Map<String, ?>) value;
  }

  private @Nullable Object value(int depth) {
    skipSpace();
    if (at == text.length() || depth > MOST_DEPTH) {
      return Bad.BAD;
    }
    char first = text.charAt(at);
    return switch (first) {
      case '{' -> {
        at++;
        yield members(depth);
      }
      case '[' -> {
        at++;
        yield elements(depth);
      }
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Object members(int depth) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    skipSpace();
    if (takes('}')) {
      return Collections.unmodifiableMap(members);
    }
    do {
      skipSpace();
      Object name = at < text.length() && text.charAt(at) == '"' ? string() : Bad.BAD;
      skipSpace();
      if (!(name instanceof String key) || !takes(':')) {
        return Bad.BAD;
      }
      Object value = value(depth + 1);
      if (value instanceof Bad || members.containsKey(key)) {
        return Bad.BAD;
      }
      members.put(key, value);
      skipSpace();
    } while (takes(','));
    return takes('}') ? Collections.unmodifiableMap(members) : Bad.BAD;
  }

  private Object elements(int depth) {
    List<@Nullable Object> elements = new ArrayList<>();
    skipSpace();
    if (takes(']')) {
      return Collections.unmodifiableList(elements);
    }
    do {
      Object value = value(depth + 1);
      if (value instanceof Bad) {
        return Bad.BAD;
      }
      elements.add(value);
      skipSpace();
    } while (takes(','));
    return takes(']') ? Collections.unmodifiableList(elements) : Bad.BAD;
  }

  private @Nullable Object word(String word, @Nullable Object value) {
    if (!text.startsWith(word, at)) {
      return Bad.BAD;
    }
    at += word.length();
    return value;
  }

  private Object string() {
    at++;
    StringBuilder unescaped = null;
    int from = at;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        String rest = text.substring(from, at++);
        return unescaped == null ? rest : sound(unescaped.append(rest).toString());
      }
      if (c < ' ') {
        return Bad.BAD;
      }
      at++;
      if (c == '\\') {
        unescaped = unescaped == null ? new StringBuilder() : unescaped;
        unescaped.append(text, from, at - 1);
        int escaped = escape();
        if (escaped < 0) {
          return Bad.BAD;
        }
        unescaped.append((char) escaped);
        from = at;
      }
    }
    return Bad.BAD;
  }

  /** Escapes may write half of a pair. */
  private static Object sound(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text) ? text : Bad.BAD;
  }

  /** The character; -1: there is no such escape. */
  private int escape() {
    if (at == text.length()) {
      return -1;
    }
    return switch (text.charAt(at++)) {
      case '"' -> '"';
      case '\\' -> '\\';
      case '/' -> '/';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> -1;
    };
  }

  private int unicode() {
    if (text.length() - at < 4) {
      return -1;
    }
    int code = 0;
    for (int i = 0; i < 4; i++) {
      char c = text.charAt(at++);
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        return -1;
      }
      code = code << 4 | digit;
    }
    return code;
  }

  private Object number() {
    int from = at;
    takes('-');
    int whole = digits();
    // No zero in front of other digits.
    boolean sound = whole == 1 || (whole > 1 && text.charAt(at - whole) != '0');
    boolean integer = true;
    if (takes('.')) {
      integer = false;
      sound &= digits() > 0;
    }
    if (takes('e') || takes('E')) {
      integer = false;
      if (!takes('+')) {
        takes('-');
      }
      sound &= digits() > 0;
    }
    if (!sound || at - from > 64) {
      return Bad.BAD;
    }
    String number = text.substring(from, at);
    if (integer && number.length() <= 18) {
      return Long.parseLong(number);
    }
    double value = Double.parseDouble(number);
    return Double.isInfinite(value) ? Bad.BAD : (Object) value;
  }

  private int digits() {
    int from = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at - from;
  }

  private boolean takes(char c) {
    boolean there = at < text.length() && text.charAt(at) == c;
    at += there ? 1 : 0;
    return there;
  }

  private void skipSpace() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
        return;
      }
      at++;
    }
  }
}
