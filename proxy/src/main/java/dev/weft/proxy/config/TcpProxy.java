package dev.weft.proxy.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Bytes both ways to an upstream.
 *
 * @param upstreams at least one
 * @param idleTimeout without bytes in either direction; zero: none. Envoy's default is one hour
 * @param longest how long a connection may last; zero: as it likes
 * @param maxConnectAttempts hosts that are dialled before the connection is given up, at least 1
 * @param accessLogs of its connections, each when it has ended
 * @param logTimes when they have more lines
 */
public record TcpProxy(
    List<Weighted> upstreams,
    Duration idleTimeout,
    Duration longest,
    String statPrefix,
    int maxConnectAttempts,
    List<AccessLogConfig> accessLogs,
    TcpLogTimes logTimes)
    implements FilterChain.Terminal {

  /**
   * One of several upstreams.
   *
   * @param weight at least 1
   * @param subset metadata that its hosts must have; empty: any
   */
  public record Weighted(String upstream, int weight, Map<String, String> subset) {
    public Weighted {
      subset = Map.copyOf(subset);
    }
  }

  public TcpProxy {
    upstreams = List.copyOf(upstreams);
    accessLogs = List.copyOf(accessLogs);
  }

  /** To one upstream, one attempt, without access logs. */
  public TcpProxy(String upstream, Duration idleTimeout, String statPrefix) {
    this(
        List.of(new Weighted(upstream, 1, Map.of())),
        idleTimeout,
        Duration.ZERO,
        statPrefix,
        1,
        List.of(),
        TcpLogTimes.END);
  }

  /**
   * The upstream of a connection. Consecutive ids are spread over the weights evenly: the golden
   * ratio's multiples fill the range without clusters.
   */
  public Weighted upstream(long connectionId) {
    if (upstreams.size() == 1) {
      return upstreams.getFirst();
    }
    long total = 0;
    for (Weighted one : upstreams) {
      total += one.weight();
    }
    long spread = (connectionId * 0x9E3779B97F4A7C15L) >>> 32;
    long point = (spread * total) >>> 32;
    for (Weighted one : upstreams) {
      point -= one.weight();
      if (point < 0) {
        return one;
      }
    }
    return upstreams.getLast();
  }
}
