package dev.weft.proxy.config;

import java.time.Duration;
import java.util.List;

/**
 * What of HTTP beyond plain requests and responses a connection manager lets through.
 *
 * @param http1 settings for HTTP/1 downstream connections
 * @param proxyContinue whether {@code Expect: 100-continue} and 1xx responses pass through.
 *     Otherwise the expectation is answered here and the upstream's 1xx are dropped
 * @param allowConnect whether CONNECT and extended CONNECT (RFC 8441) are taken over HTTP/2
 * @param maxStreamDuration how long a request may take where its route does not say; zero: for ever
 * @param delayedClose how long a peer that was answered in the middle of what it sends is still
 *     read before the connection ends; zero: not at all
 * @param connections how long each of them serves
 * @param underscores in the names of headers
 * @param upgrades that are let through; a route's own entry for a type counts before these
 */
public record HttpProtocols(
    Http1Settings http1,
    boolean proxyContinue,
    boolean allowConnect,
    Duration maxStreamDuration,
    Duration delayedClose,
    ConnectionLimits connections,
    UnderscoreNames underscores,
    List<UpgradeConfig> upgrades) {

  private static final Duration CLOSE_AFTER = Duration.ofSeconds(1);

  /** What Envoy documents for unset fields. */
  public static final HttpProtocols DEFAULT =
      new HttpProtocols(
          Http1Settings.DEFAULT,
          false,
          false,
          Duration.ZERO,
          CLOSE_AFTER,
          ConnectionLimits.NONE,
          UnderscoreNames.ALLOW,
          List.of());

  public HttpProtocols {
    upgrades = List.copyOf(upgrades);
  }

  /** Requests may take as long as they do. */
  public HttpProtocols(
      Http1Settings http1,
      boolean proxyContinue,
      boolean allowConnect,
      List<UpgradeConfig> upgrades) {
    this(
        http1,
        proxyContinue,
        allowConnect,
        Duration.ZERO,
        CLOSE_AFTER,
        ConnectionLimits.NONE,
        UnderscoreNames.ALLOW,
        upgrades);
  }
}
