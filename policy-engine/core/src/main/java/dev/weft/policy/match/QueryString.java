package dev.weft.policy.match;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads and changes the query of a path. Pure. */
public final class QueryString {
  private QueryString() {}

  /**
   * The first value of a parameter as it was sent, its escapes left alone (Envoy does so too);
   * empty where there is no {@code =}.
   *
   * @param path path and query
   * @return {@code null}: it is not there
   */
  public static @Nullable String first(String path, String name) {
    int at = path.indexOf('?') + 1;
    while (at > 0 && at < path.length()) {
      int next = path.indexOf('&', at);
      int end = next < 0 ? path.length() : next;
      int afterName = at + name.length();
      if (path.startsWith(name, at) && afterName <= end) {
        if (afterName == end) {
          return "";
        }
        if (path.charAt(afterName) == '=') {
          return path.substring(afterName + 1, end);
        }
      }
      at = end + 1;
    }
    return null;
  }

  /**
   * The first value of a parameter, the escapes of names and of the value undone (Envoy looks for
   * tokens so): a broken one stays as it is, and a plus sign is one.
   */
  public static @Nullable String firstDecoded(String path, String name) {
    int at = path.indexOf('?') + 1;
    while (at > 0 && at < path.length()) {
      int next = path.indexOf('&', at);
      int end = next < 0 ? path.length() : next;
      String pair = path.substring(at, end);
      if (isNamed(pair, name)) {
        return decoded(pair.substring(Math.min(pair.length(), nameEnd(pair) + 1)));
      }
      at = end + 1;
    }
    return null;
  }

  private static boolean isNamed(String pair, String name) {
    return decoded(pair.substring(0, nameEnd(pair))).equals(name);
  }

  private static int nameEnd(String pair) {
    int equals = pair.indexOf('=');
    return equals < 0 ? pair.length() : equals;
  }

  private static String decoded(String raw) {
    if (raw.indexOf('%') < 0) {
      return raw;
    }
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

  /** The path without any parameter of the name, however escaped; the others stay as they are. */
  public static String without(String path, String name) {
    int query = path.indexOf('?');
    if (query < 0) {
      return path;
    }
    StringBuilder kept = new StringBuilder(path.substring(0, query));
    char separator = '?';
    for (String pair : path.substring(query + 1).split("&", -1)) {
      if (!isNamed(pair, name)) {
        kept.append(separator).append(pair);
        separator = '&';
      }
    }
    return kept.toString();
  }
}
