package dev.weft.proxy.http.route;

import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.QueryString;
import dev.weft.proxy.config.QueryMatcher;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.Route.PathMatch;
import dev.weft.proxy.http.RequestHead;
import java.util.List;

/** Whether one route accepts a request: {@code envoy.config.route.v3.RouteMatch}. Pure. */
public final class RouteMatch {
  private RouteMatch() {}

  /** Whether it accepts the request, its share left aside. */
  public static boolean accepts(Route.Match match, RequestHead head) {
    return accepts(match, head, withoutQuery(head.path()));
  }

  /**
   * Whether the route accepts the request, its share left aside.
   *
   * @param path the request's path without its query
   */
  static boolean accepts(Route.Match match, RequestHead head, String path) {
    return path(match.path(), path, head)
        && (!match.grpc() || head.isGrpc())
        && headers(match.headers(), head)
        && query(match.query(), head.path());
  }

  private static boolean path(PathMatch match, String path, RequestHead head) {
    return switch (match) {
      case PathMatch.Exact(String text, boolean ignoreCase) ->
          ignoreCase ? path.equalsIgnoreCase(text) : path.equals(text);
      case PathMatch.Prefix(String text, boolean ignoreCase) ->
          path.regionMatches(ignoreCase, 0, text, 0, text.length());
      case PathMatch.SegmentPrefix(String text, boolean ignoreCase) ->
          path.regionMatches(ignoreCase, 0, text, 0, text.length())
              && (path.length() == text.length() || path.charAt(text.length()) == '/');
      case PathMatch.Regex(var matcher) -> matcher.matches(path);
      case PathMatch.Template(var pattern) -> pattern.matches(path);
      case PathMatch.Connect connect -> head.method().equals("CONNECT");
    };
  }

  private static boolean headers(List<HeaderMatcher> matchers, RequestHead head) {
    for (int i = 0; i < matchers.size(); i++) {
      HeaderMatcher matcher = matchers.get(i);
      if (!matcher.matches(head.field(matcher.name()))) {
        return false;
      }
    }
    return true;
  }

  private static boolean query(List<QueryMatcher> matchers, String path) {
    for (int i = 0; i < matchers.size(); i++) {
      QueryMatcher matcher = matchers.get(i);
      if (!matcher.matches(QueryString.first(path, matcher.name()))) {
        return false;
      }
    }
    return true;
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
