package dev.weft.proxy.config;

/**
 * What of HTTP beyond plain requests and responses a connection manager lets through.
 *
 * @param http1 settings for HTTP/1 downstream connections
 * @param proxyContinue whether {@code Expect: 100-continue} and 1xx responses pass through.
 *     Otherwise the expectation is answered here and the upstream's 1xx are dropped
 */
public record HttpProtocols(Http1Settings http1, boolean proxyContinue) {

  /** What Envoy documents for unset fields. */
  public static final HttpProtocols DEFAULT = new HttpProtocols(Http1Settings.DEFAULT, false);
}
