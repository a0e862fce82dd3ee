package dev.weft.policy.jwt;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A claim as a header has it. Pure. */
public final class ClaimText {
  private ClaimText() {}

  /**
   * The value under a name, whose dots lead into objects.
   *
   * @return empty: it is not there, or nothing that a header could hold
   */
  public static String of(Map<String, ?> claims, String name) {
    Map<?, ?> within = claims;
    String[] steps = name.split("\\.", -1);
    for (int i = 0; i < steps.length - 1; i++) {
      if (!(within.get(steps[i]) instanceof Map<?, ?> inner)) {
        return "";
      }
      within = inner;
    }
    return text(within.get(steps[steps.length - 1]));
  }

  private static String text(@Nullable Object value) {
    return switch (value) {
      case String text -> safe(text);
      case Boolean flag -> flag.toString();
      case Number number -> number(number.doubleValue());
      case Map<?, ?> map -> base64(map);
      case List<?> list -> base64(list);
      case null, default -> "";
    };
  }

  /** What would end a header's line is left out altogether. */
  private static String safe(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c == 0x7f) {
        return "";
      }
    }
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** Envoy's way: whole numbers as such, others with six decimals. */
  private static String number(double value) {
    boolean whole = value >= 0 && value < 0x1p64 && value == Math.rint(value);
    return whole
        ? new java.math.BigDecimal(value).toBigInteger().toString()
        : String.format(Locale.ROOT, "%f", value);
  }

  private static String base64(Object value) {
    StringBuilder json = new StringBuilder();
    json(value, json);
    return Base64.getEncoder().encodeToString(json.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void json(@Nullable Object value, StringBuilder to) {
    switch (value) {
      case Map<?, ?> map -> {
        Map<String, Object> sorted = new TreeMap<>();
        map.forEach((name, one) -> sorted.put(String.valueOf(name), one));
        to.append('{');
        Iterator<Map.Entry<String, Object>> entries = sorted.entrySet().iterator();
        while (entries.hasNext()) {
          Map.Entry<String, Object> entry = entries.next();
          quote(entry.getKey(), to);
          to.append(':');
          json(entry.getValue(), to);
          to.append(entries.hasNext() ? "," : "");
        }
        to.append('}');
      }
      case List<?> list -> {
        to.append('[');
        List<?> all = new ArrayList<>(list);
        for (int i = 0; i < all.size(); i++) {
          to.append(i == 0 ? "" : ",");
          json(all.get(i), to);
        }
        to.append(']');
      }
      case String text -> quote(text, to);
      case Double number when number != Math.rint(number) -> to.append(number);
      case Number number -> to.append(number(number.doubleValue()));
      case null -> to.append("null");
      default -> to.append(value);
    }
  }

  private static void quote(String text, StringBuilder to) {
    to.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> to.append('\\').append(c);
        case '\n' -> to.append("\\n");
        case '\r' -> to.append("\\r");
        case '\t' -> to.append("\\t");
        default -> {
          if (c < ' ') {
            to.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            to.append(c);
          }
        }
      }
    }
    to.append('"');
  }
}
