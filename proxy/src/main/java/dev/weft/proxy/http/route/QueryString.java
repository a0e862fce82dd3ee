package dev.weft.proxy.http.route;

import org.jspecify.annotations.Nullable;

/** Reads a query as it was sent, without decoding escapes (Envoy does so too). Pure. */
public final class QueryString {
  private QueryString() {}

  /**
   * The first value of a parameter; empty where there is no {@code =}.
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
}
