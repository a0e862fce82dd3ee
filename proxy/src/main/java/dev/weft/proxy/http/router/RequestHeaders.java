package dev.weft.proxy.http.router;

import dev.weft.proxy.config.Route;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import java.util.List;

/**
 * What is written into a request's headers. Of Envoy's own headers only {@code x-request-id} and
 * {@code x-forwarded-proto} are; {@code x-envoy-expected-rq-timeout-ms} and {@code
 * x-envoy-attempt-count} are left out.
 */
final class RequestHeaders {
  /** A longer id than this is replaced: it is in every log line of every hop. */
  private static final int MAX_ID = 128;

  private RequestHeaders() {}

  /**
   * Adds the headers that every request has.
   *
   * @return the request id, kept or new
   */
  static String complete(RequestHead head, DownstreamConnection connection, RouterWorker worker) {
    HeaderList headers = head.headers();
    if (headers.get("x-forwarded-proto") == null) {
      headers.add("x-forwarded-proto", connection.peerUri() == null ? head.scheme() : "https");
    }
    String id = headers.get("x-request-id");
    if (id == null || id.isEmpty() || id.length() > MAX_ID) {
      id = worker.newRequestId();
      headers.set("x-request-id", id);
    }
    return id;
  }

  /** The same request with headers of its own. */
  static RequestHead copy(RequestHead head) {
    return new RequestHead(
        head.method(), head.scheme(), head.authority(), head.path(), head.headers().copy());
  }

  /** What the route asks for: removals first, then additions, as Envoy does. */
  static void rewrite(HeaderList headers, Route route) {
    List<String> remove = route.requestHeadersToRemove();
    for (int i = 0; i < remove.size(); i++) {
      headers.remove(remove.get(i));
    }
    LocalReply.apply(route.requestHeadersToAdd(), headers);
  }
}
