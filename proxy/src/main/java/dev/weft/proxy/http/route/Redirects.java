package dev.weft.proxy.http.route;

import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.Route.Action.Redirect;
import dev.weft.proxy.http.RequestHead;

/** Where a redirect sends the caller: {@code envoy.config.route.v3.RedirectAction}. Pure. */
public final class Redirects {
  private Redirects() {}

  /**
   * The {@code location}.
   *
   * @param forwardedProto the request's {@code x-forwarded-proto}
   */
  public static String location(
      Redirect redirect, Route route, RequestHead head, String forwardedProto) {
    String scheme = redirect.scheme().isEmpty() ? head.scheme() : redirect.scheme();
    String host =
        redirect.host().isEmpty()
            ? host(head.authority(), forwardedProto, scheme, redirect.port() != 0)
            : redirect.host();
    String port = redirect.port() == 0 ? "" : ":" + redirect.port();
    return scheme + "://" + host + port + path(redirect, route, head.path());
  }

  /** The request's host without a port that means something else to the new scheme. */
  private static String host(String authority, String proto, String scheme, boolean newPort) {
    int colon = authority.lastIndexOf(':');
    if (colon < 0 || authority.indexOf(']', colon) >= 0) {
      return authority;
    }
    String port = authority.substring(colon);
    boolean old =
        !scheme.equals(proto)
            && ((proto.equals("https") && port.equals(":443"))
                || (proto.equals("http") && port.equals(":80")));
    return newPort || old ? authority.substring(0, colon) : authority;
  }

  private static String path(Redirect redirect, Route route, String path) {
    if (!redirect.whole().isEmpty()) {
      int query = path.indexOf('?');
      boolean keeps = query >= 0 && !redirect.stripQuery() && redirect.whole().indexOf('?') < 0;
      return keeps ? redirect.whole() + path.substring(query) : redirect.whole();
    }
    String rewritten =
        redirect.rewrite() == null ? path : Rewrites.path(redirect.rewrite(), route, path);
    int query = rewritten.indexOf('?');
    return redirect.stripQuery() && query >= 0 ? rewritten.substring(0, query) : rewritten;
  }
}
