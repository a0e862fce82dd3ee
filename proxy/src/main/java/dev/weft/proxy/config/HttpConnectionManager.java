package dev.weft.proxy.config;

import java.time.Duration;
import java.util.List;

/**
 * HTTP on a connection.
 *
 * @param routes the name of a {@link RouteTable} in the snapshot, or the table itself
 * @param idleTimeout a connection without streams is closed after it; zero: never
 * @param streamIdleTimeout a stream without a byte in either direction is ended with 408 or a
 *     reset; zero: never
 * @param requestHeadersTimeout from the first byte of a request to the end of its headers; zero:
 *     none
 * @param maxRequestHeadersKb 1 to 8192, default 60
 * @param maxHeaders default 100
 * @param http2 settings for HTTP/2 downstream connections
 * @param localReplies headers added to answers made here, by response flag
 * @param protocols HTTP/1 settings, and what passes beyond plain requests
 * @param observability access logs
 * @param filters in front of the router, in order
 * @param clients who is believed to be a request's client
 */
public record HttpConnectionManager(
    String statPrefix,
    Codec codec,
    Routes routes,
    boolean normalizePath,
    boolean mergeSlashes,
    Duration idleTimeout,
    Duration streamIdleTimeout,
    Duration requestHeadersTimeout,
    int maxRequestHeadersKb,
    int maxHeaders,
    Http2Settings http2,
    List<LocalReplyMapper> localReplies,
    HttpProtocols protocols,
    Observability observability,
    List<NamedFilter> filters,
    ClientDetection clients)
    implements FilterChain.Terminal {

  public HttpConnectionManager {
    localReplies = List.copyOf(localReplies);
    filters = List.copyOf(filters);
  }

  /** Without anything that it tells of its requests. */
  public HttpConnectionManager(
      String statPrefix,
      Codec codec,
      Routes routes,
      boolean normalizePath,
      boolean mergeSlashes,
      Duration idleTimeout,
      Duration streamIdleTimeout,
      Duration requestHeadersTimeout,
      int maxRequestHeadersKb,
      int maxHeaders,
      Http2Settings http2,
      List<LocalReplyMapper> localReplies,
      HttpProtocols protocols) {
    this(
        statPrefix,
        codec,
        routes,
        normalizePath,
        mergeSlashes,
        idleTimeout,
        streamIdleTimeout,
        requestHeadersTimeout,
        maxRequestHeadersKb,
        maxHeaders,
        http2,
        localReplies,
        protocols,
        Observability.NONE,
        List.of(),
        ClientDetection.LAST);
  }

  /** The same with other protocol settings. */
  public HttpConnectionManager with(HttpProtocols other) {
    return with(other, observability, filters);
  }

  /** The same, telling more of its requests. */
  public HttpConnectionManager with(Observability other) {
    return with(protocols, other, filters);
  }

  /** The same with other filters in front of its router. */
  public HttpConnectionManager with(List<NamedFilter> other) {
    return with(protocols, observability, other);
  }

  private HttpConnectionManager with(
      HttpProtocols ofProtocols, Observability told, List<NamedFilter> inFront) {
    return new HttpConnectionManager(
        statPrefix,
        codec,
        routes,
        normalizePath,
        mergeSlashes,
        idleTimeout,
        streamIdleTimeout,
        requestHeadersTimeout,
        maxRequestHeadersKb,
        maxHeaders,
        http2,
        localReplies,
        ofProtocols,
        told,
        inFront,
        clients);
  }

  /** Which codec a connection uses. */
  public enum Codec {
    /** By ALPN, else by the HTTP/2 preface. */
    AUTO,
    HTTP1,
    HTTP2
  }

  /** Where the routes come from. */
  public sealed interface Routes {
    /** By RDS. */
    record Named(String name) implements Routes {}

    /** In the resource. */
    record Inline(RouteTable table) implements Routes {}
  }
}
