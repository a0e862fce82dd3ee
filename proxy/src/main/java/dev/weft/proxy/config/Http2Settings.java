package dev.weft.proxy.config;

import java.time.Duration;

/**
 * HTTP/2 settings of one side.
 *
 * @param maxConcurrentStreams 1 to 2^31-1
 * @param initialStreamWindow bytes, 65535 to 2^31-1
 * @param initialConnectionWindow bytes, 65535 to 2^31-1
 * @param keepaliveInterval between PINGs, to a host while its connection has streams, to a caller
 *     as long as its connection stands; zero: none
 * @param keepaliveTimeout how long a PING may stay unanswered before the connection is dropped
 * @param limits of frames that cost more than they do
 */
public record Http2Settings(
    long maxConcurrentStreams,
    int initialStreamWindow,
    int initialConnectionWindow,
    Duration keepaliveInterval,
    Duration keepaliveTimeout,
    Limits limits) {

  /** With Envoy's limits. */
  public Http2Settings(
      long maxConcurrentStreams,
      int initialStreamWindow,
      int initialConnectionWindow,
      Duration keepaliveInterval,
      Duration keepaliveTimeout) {
    this(
        maxConcurrentStreams,
        initialStreamWindow,
        initialConnectionWindow,
        keepaliveInterval,
        keepaliveTimeout,
        Limits.DEFAULT);
  }

  /**
   * How many frames that cost more than they do a peer may send.
   *
   * @param controlFrames answers to PING and SETTINGS and resets that wait to be sent
   * @param emptyFramesInRow DATA without data and without an end
   * @param prioritiesPerStream PRIORITY for each stream begun, and one more
   * @param windowUpdatesPerData WINDOW_UPDATE for each DATA sent, on both levels
   */
  public record Limits(
      int controlFrames,
      long emptyFramesInRow,
      long prioritiesPerStream,
      long windowUpdatesPerData) {

    /** Envoy's. */
    public static final Limits DEFAULT = new Limits(1000, 1, 100, 10);
  }

  /** What Envoy documents for unset fields. */
  public static final Http2Settings DEFAULT =
      new Http2Settings(1024, 16 * 1024 * 1024, 24 * 1024 * 1024, Duration.ZERO, Duration.ZERO);
}
