package dev.weft.proxy.http.router;

import dev.weft.proxy.config.Route;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.route.Redirects;

/** What a route answers by itself. */
final class RouteReply {
  private RouteReply() {}

  /** The answer of a route that forwards nothing. */
  static LocalReply of(Route route, RequestHead head, boolean grpc) {
    return switch (route.action()) {
      case Route.Action.Direct(int status, String text) -> LocalReply.of(status, text, grpc);
      case Route.Action.Redirect redirect -> {
        LocalReply reply = LocalReply.of(redirect.status(), "", grpc);
        String proto = head.headers().get("x-forwarded-proto");
        reply
            .head()
            .headers()
            .add("location", Redirects.location(redirect, route, head, proto == null ? "" : proto));
        yield reply;
      }
      case Route.Action.Forward forward ->
          throw new IllegalArgumentException("a route that forwards: " + route.name());
    };
  }
}
