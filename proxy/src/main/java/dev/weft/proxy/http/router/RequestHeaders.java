package dev.weft.proxy.http.router;

import dev.weft.policy.match.IpAddress;
import dev.weft.proxy.config.ClientDetection;
import dev.weft.proxy.config.Rewrite;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.PolicyFacts;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.route.Rewrites;
import dev.weft.proxy.telemetry.RequestRecord;
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
   * Finds out who the client is, takes away what it may not say, and adds the headers that every
   * request has.
   *
   * @return the request id, kept or new
   */
  static String complete(
      RequestHead head,
      DownstreamConnection connection,
      RequestRecord record,
      RouterWorker worker) {
    HeaderList headers = head.headers();
    ClientDetection rules = connection.config().clients();
    boolean internal = Clients.find(rules, headers, connection, record);
    boolean edge = rules.edge() && !internal;
    if (rules.edge() && rules.trustedHops() == 0) {
      headers.set("x-forwarded-proto", connection.tls() ? "https" : "http");
    } else if (headers.get("x-forwarded-proto") == null) {
      headers.add("x-forwarded-proto", connection.peerUri() == null ? head.scheme() : "https");
    }
    CallerHeaders.clean(headers, internal, edge, worker.internalOnlyHeaders(connection.config()));
    if (internal) {
      headers.add("x-envoy-internal", "true");
    }
    IpAddress client = edge ? PolicyFacts.ip(record.remoteAddress()) : null;
    if (client != null) {
      headers.set("x-envoy-external-address", PolicyFacts.text(client));
    }
    String id = edge && !rules.keepRequestId() ? null : headers.get("x-request-id");
    if (id == null || id.isEmpty() || id.length() > MAX_ID) {
      if (!connection.config().observability().requestIds()) {
        return edge ? told(headers) : "";
      }
      id = worker.newRequestId();
      headers.set("x-request-id", id);
    }
    return id;
  }

  private static String told(HeaderList headers) {
    String id = headers.get("x-request-id");
    return id == null || id.length() > MAX_ID ? "" : id;
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
