package dev.weft.proxy.config;

import java.time.Duration;

/**
 * HTTP/2 settings of one side.
 *
 * @param maxConcurrentStreams 1 to 2^31-1
 * @param initialStreamWindow bytes, 65535 to 2^31-1
 * @param initialConnectionWindow bytes, 65535 to 2^31-1
 * @param keepaliveInterval between PINGs on a connection with streams; zero: none
 * @param keepaliveTimeout how long a PING may stay unanswered before the connection is dropped
 */
public record Http2Settings(
    long maxConcurrentStreams,
    int initialStreamWindow,
    int initialConnectionWindow,
    Duration keepaliveInterval,
    Duration keepaliveTimeout) {

  /** What Envoy documents for unset fields. */
  public static final Http2Settings DEFAULT =
      new Http2Settings(1024, 16 * 1024 * 1024, 24 * 1024 * 1024, Duration.ZERO, Duration.ZERO);
}
