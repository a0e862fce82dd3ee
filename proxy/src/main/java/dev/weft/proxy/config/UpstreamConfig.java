package dev.weft.proxy.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An xDS cluster.
 *
 * @param endpointsName the {@link EndpointSet} to use from the snapshot (EDS); empty: {@code
 *     inlineEndpoints}
 * @param inlineEndpoints for STATIC
 * @param balancing the first supported policy
 * @param options what goes beyond the kind of balancing
 * @param panicThreshold percent; 0: no panic mode
 * @param http1 settings for HTTP/1.1 connections
 * @param transport how to dial endpoints
 */
public record UpstreamConfig(
    String name,
    String endpointsName,
    @Nullable EndpointSet inlineEndpoints,
    Duration connectTimeout,
    Balancing balancing,
    BalancingOptions options,
    double panicThreshold,
    Breakers breakers,
    @Nullable OutlierDetection outlier,
    List<HealthCheck> healthChecks,
    HttpProtocol protocol,
    Http1Settings http1,
    Http2Settings http2,
    TransportSockets transport,
    int perConnectionBufferLimitBytes) {

  public UpstreamConfig {
    healthChecks = List.copyOf(healthChecks);
  }

  /** Balanced without options. */
  public UpstreamConfig(
      String name,
      String endpointsName,
      @Nullable EndpointSet inlineEndpoints,
      Duration connectTimeout,
      Balancing balancing,
      double panicThreshold,
      Breakers breakers,
      @Nullable OutlierDetection outlier,
      List<HealthCheck> healthChecks,
      HttpProtocol protocol,
      Http1Settings http1,
      Http2Settings http2,
      TransportSockets transport,
      int perConnectionBufferLimitBytes) {
    this(
        name,
        endpointsName,
        inlineEndpoints,
        connectTimeout,
        balancing,
        BalancingOptions.DEFAULT,
        panicThreshold,
        breakers,
        outlier,
        healthChecks,
        protocol,
        http1,
        http2,
        transport,
        perConnectionBufferLimitBytes);
  }

  /** The same upstream without active health checks. */
  public UpstreamConfig withoutHealthChecks() {
    return new UpstreamConfig(
        name,
        endpointsName,
        inlineEndpoints,
        connectTimeout,
        balancing,
        options,
        panicThreshold,
        breakers,
        outlier,
        List.of(),
        protocol,
        http1,
        http2,
        transport,
        perConnectionBufferLimitBytes);
  }

  /** How a host is chosen within a priority. */
  public enum Balancing {
    ROUND_ROBIN,
    /** The less busy of two drawn at random (power of two choices). */
    LEAST_REQUEST,
    RANDOM,
    /** Consistent hashing on a ring. */
    RING_HASH,
    /** Consistent hashing by a table. */
    MAGLEV,
    /** By the connection's server name ({@code weft.v1.SniInstance}), else round robin. */
    SNI_INSTANCE
  }

  /** What to speak to the hosts. */
  public enum HttpProtocol {
    HTTP1,
    HTTP2,
    /** HTTP/2 where ALPN agrees on it, else HTTP/1.1. */
    ALPN,
    /** What the caller speaks. */
    CALLERS
  }
}
