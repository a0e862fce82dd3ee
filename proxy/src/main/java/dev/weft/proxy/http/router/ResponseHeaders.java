package dev.weft.proxy.http.router;

import dev.weft.proxy.config.Route;
import dev.weft.proxy.http.HeaderList;
import java.util.List;

/** What a route asks to be written into a response's headers. */
final class ResponseHeaders {
  private ResponseHeaders() {}

  /** Removals first, then additions, as Envoy does. */
  static void rewrite(HeaderList headers, Route route) {
    List<String> remove = route.responseHeadersToRemove();
    for (int i = 0; i < remove.size(); i++) {
      headers.remove(remove.get(i));
    }
    LocalReply.apply(route.responseHeadersToAdd(), headers);
  }
}
