package dev.weft.proxy.telemetry;

import dev.weft.proxy.failure.CodecRefusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The metrics of {@code docs/contract.md}. Labels are names from the configuration and members of
 * closed sets, never anything that a peer sends. Thread-safe.
 */
public final class ProxyMetrics {
  /** Stands for the upstream of a request that got none. */
  public static final String NO_UPSTREAM = "none";

  private final MeterRegistry registry;
  private final ConcurrentMap<String, UpstreamMetrics> upstreams = new ConcurrentHashMap<>();
  private final UpstreamMetrics none;
  private final Counter logDropped;

  public ProxyMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.none = new UpstreamMetrics(registry, NO_UPSTREAM);
    this.logDropped =
        Counter.builder("weft.access.log.dropped")
            .description("Access log lines that were dropped because the writer was behind")
            .register(registry);
  }

  /** The upstream's handles; to be kept by who uses them. */
  public UpstreamMetrics upstream(String name) {
    return upstreams.computeIfAbsent(name, key -> new UpstreamMetrics(registry, key));
  }

  /** For requests that got no upstream. */
  public UpstreamMetrics none() {
    return none;
  }

  /** A codec refused a request, or the connection of which it was to be one. */
  public void refused(String listener, CodecRefusal reason) {
    Counter.builder("weft.requests.refused")
        .tag("listener", listener)
        .tag("reason", reason.label())
        .register(registry)
        .increment();
  }

  /** A connection was refused before it could carry a request. */
  public void connectionRefused(String listener, String reason) {
    Counter.builder("weft.downstream.refused")
        .tag("listener", listener)
        .tag("reason", reason)
        .register(registry)
        .increment();
  }

  /** An access log line was dropped. */
  public void logDropped() {
    logDropped.increment();
  }
}
