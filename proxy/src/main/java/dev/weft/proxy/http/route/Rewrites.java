package dev.weft.proxy.http.route;

import dev.weft.proxy.config.Rewrite;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.Route.PathMatch;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.codec.HttpChars;
import org.jspecify.annotations.Nullable;

/** The target of a request after its route's rewrite. Pure. */
public final class Rewrites {
  private Rewrites() {}

  /**
   * Path and query after the rewrite.
   *
   * @param path path and query
   */
  public static String path(Rewrite.Path rewrite, Route route, String path) {
    String bare = RouteMatch.withoutQuery(path);
    String rewritten =
        switch (rewrite) {
          case Rewrite.Path.Matched(String with) ->
              with + bare.substring(matched(route.match().path(), bare));
          case Rewrite.Path.Regex(var substitution) -> substitution.apply(bare);
          case Rewrite.Path.Template(var substitution) -> substitution.whole(bare);
        };
    // Whatever a pattern makes of it: a target without a slash would be another form of request.
    String rooted = rewritten.startsWith("/") ? rewritten : "/" + rewritten;
    return bare.length() == path.length() ? rooted : rooted + path.substring(bare.length());
  }

  private static int matched(PathMatch match, String path) {
    return switch (match) {
      case PathMatch.Prefix(String text, boolean ignoreCase) -> text.length();
      case PathMatch.SegmentPrefix(String text, boolean ignoreCase) -> text.length();
      case PathMatch.Exact exact -> path.length();
      case PathMatch.Regex regex -> path.length();
      case PathMatch.Template template -> path.length();
      case PathMatch.Connect connect -> path.length();
    };
  }

  /** The host after the rewrite; {@code null}: it stays. */
  public static @Nullable String host(Rewrite.Host rewrite, RequestHead head) {
    String host =
        switch (rewrite) {
          case Rewrite.Host.Literal(String literal) -> literal;
          case Rewrite.Host.FromHeader(String name) -> head.headers().get(name);
          case Rewrite.Host.FromPath(var substitution) ->
              substitution.apply(RouteMatch.withoutQuery(head.path()));
        };
    return host == null || host.isEmpty() || !HttpChars.isAuthority(host) ? null : host;
  }
}
