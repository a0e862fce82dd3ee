package dev.weft.proxy.http.route;

import dev.weft.policy.match.HeaderMatcher;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.Route.PathMatch;
import dev.weft.proxy.http.RequestHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether one route accepts a request: {@code envoy.config.route.v3.RouteMatch}. Pure. */
final class RouteMatch {
  private RouteMatch() {}

  /**
   * Whether the route accepts the request.
   *
   * @param path the request's path without its query
   */
  static boolean accepts(Route route, RequestHead head, String path) {
    return path(route.path(), path) && headers(route.headers(), head);
  }

  private static boolean path(PathMatch match, String path) {
    return switch (match) {
      case PathMatch.Exact(String text, boolean ignoreCase) ->
          ignoreCase ? path.equalsIgnoreCase(text) : path.equals(text);
      case PathMatch.Prefix(String text, boolean ignoreCase) ->
          path.regionMatches(ignoreCase, 0, text, 0, text.length());
      case PathMatch.SegmentPrefix(String text, boolean ignoreCase) ->
          path.regionMatches(ignoreCase, 0, text, 0, text.length())
              && (path.length() == text.length() || path.charAt(text.length()) == '/');
      case PathMatch.Regex(var matcher) -> matcher.matches(path);
    };
  }

  private static boolean headers(List<HeaderMatcher> matchers, RequestHead head) {
    for (int i = 0; i < matchers.size(); i++) {
      HeaderMatcher matcher = matchers.get(i);
      if (!matcher.matches(value(matcher.name(), head))) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String value(String name, RequestHead head) {
    return switch (name) {
      case ":method" -> head.method();
      case ":path" -> head.path();
      case ":authority", "host" -> head.authority();
      case ":scheme" -> head.scheme();
      default -> head.headers().joined(name);
    };
  }

  /** The path before {@code ?} or {@code #}. */
  static String withoutQuery(String path) {
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '?' || c == '#') {
        return path.substring(0, i);
      }
    }
    return path;
  }
}
