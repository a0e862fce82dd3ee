package dev.weft.proxy.config;

import java.time.Duration;

/**
 * An active HTTP health check.
 *
 * @param noTrafficInterval between checks as long as the upstream has had no traffic
 * @param host the Host header; empty: the upstream's name
 */
public record HealthCheck(
    Duration timeout,
    Duration interval,
    Duration noTrafficInterval,
    int unhealthyThreshold,
    int healthyThreshold,
    String path,
    String host) {

  /** Envoy's {@code no_traffic_interval} where it is not set. */
  public static final Duration NO_TRAFFIC = Duration.ofSeconds(60);
}
