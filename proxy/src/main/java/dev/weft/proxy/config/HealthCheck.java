package dev.weft.proxy.config;

import java.time.Duration;

/**
 * An active HTTP health check.
 *
 * @param host the Host header; empty: the upstream's name
 */
public record HealthCheck(
    Duration timeout,
    Duration interval,
    int unhealthyThreshold,
    int healthyThreshold,
    String path,
    String host) {}
