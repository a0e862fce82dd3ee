package dev.weft.proxy.http.router;

import dev.weft.proxy.config.Rewrite;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.route.Rewrites;
import org.jspecify.annotations.Nullable;

/**
 * What is written into a request's head. Of Envoy's own headers {@code x-request-id} and {@code
 * x-forwarded-proto} always are, {@code x-envoy-original-path} with a path that was rewritten and
 * {@code x-envoy-attempt-count} where it is asked for; {@code x-envoy-expected-rq-timeout-ms} is
 * left out.
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
      if (!connection.config().observability().requestIds()) {
        return "";
      }
      id = worker.newRequestId();
      headers.set("x-request-id", id);
    }
    return id;
  }

  /** The same request with headers of its own. */
  static RequestHead copy(RequestHead head) {
    return new RequestHead(
        head.method(),
        head.scheme(),
        head.authority(),
        head.path(),
        head.headers().copy(),
        head.upgrade());
  }

  /** The request for the target that the route rewrites to, with the same headers. */
  static RequestHead rewrite(RequestHead head, Route route, Rewrite rewrite) {
    if (rewrite.equals(Rewrite.NONE)) {
      return head;
    }
    HeaderList headers = head.headers();
    String authority = host(head, rewrite.host());
    if (rewrite.appendForwardedHost() && !authority.equals(head.authority())) {
      String before = headers.joined("x-forwarded-host");
      headers.set(
          "x-forwarded-host",
          before == null || before.isEmpty() ? head.authority() : before + "," + head.authority());
    }
    String path = head.path();
    if (rewrite.path() != null && path.startsWith("/")) {
      headers.set("x-envoy-original-path", path);
      path = Rewrites.path(rewrite.path(), route, path);
    }
    return head.target(authority, path);
  }

  private static String host(RequestHead head, Rewrite.@Nullable Host rewrite) {
    String host = rewrite == null ? null : Rewrites.host(rewrite, head);
    return host == null ? head.authority() : host;
  }
}
