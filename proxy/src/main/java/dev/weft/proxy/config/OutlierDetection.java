package dev.weft.proxy.config;

import java.time.Duration;

/**
 * Passive ejection. An {@code enforcing} value is a percentage; 0 switches the kind off.
 *
 * @param splitLocalOrigin whether local failures (connect, timeout, reset) are counted apart from
 *     answers
 * @param maxEjectionPercent 0 to 100; at least one host may always be ejected
 */
public record OutlierDetection(
    int consecutive5xx,
    int enforcing5xx,
    int consecutiveGatewayFailure,
    int enforcingGatewayFailure,
    boolean splitLocalOrigin,
    int consecutiveLocalOrigin,
    int enforcingLocalOrigin,
    Duration interval,
    Duration baseEjectionTime,
    Duration maxEjectionTime,
    int maxEjectionPercent) {}
