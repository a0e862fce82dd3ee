package dev.weft.proxy.http.filter.jwt;

import dev.weft.proxy.http.route.QueryString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Parameters of a path's query. Pure. */
final class QueryParams {
  private QueryParams() {}

  /** The first value of a parameter, its escapes undone; {@code null}: none. */
  static @Nullable String first(String path, String name) {
    String raw = QueryString.first(path, name);
    return raw == null || raw.indexOf('%') < 0 ? raw : decoded(raw);
  }

  /** A broken escape stays as it is; a plus sign is one. */
  private static String decoded(String raw) {
    byte[] bytes = new byte[raw.length()];
    int length = 0;
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      int value = c == '%' && i + 2 < raw.length() ? hex(raw, i + 1) : -1;
      if (value >= 0) {
        i += 2;
      }
      bytes[length++] = (byte) (value >= 0 ? value : c);
    }
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }

  private static int hex(String raw, int at) {
    int high = digit(raw.charAt(at));
    int low = digit(raw.charAt(at + 1));
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  private static int digit(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  /** The path without any parameter of the name; the others stay as they are. */
  static String without(String path, String name) {
    int query = path.indexOf('?');
    if (query < 0) {
      return path;
    }
    StringBuilder kept = new StringBuilder(path.substring(0, query));
    char separator = '?';
    for (String pair : path.substring(query + 1).split("&", -1)) {
      if (!pair.equals(name) && !pair.startsWith(name + "=")) {
        kept.append(separator).append(pair);
        separator = '&';
      }
    }
    return kept.toString();
  }
}
