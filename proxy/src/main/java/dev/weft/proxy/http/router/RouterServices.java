package dev.weft.proxy.http.router;

import dev.weft.proxy.telemetry.DecisionSink;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.upstream.shared.SharedUpstreams;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What the process gives to the routers of its workers.
 *
 * @param nanoTime monotonic clock, the one the event loops schedule by
 * @param clock wall clock, for logs
 * @param random a generator for each worker; need not be thread-safe
 * @param replayBytes bytes of a request's body kept for a retry; 65,536 by default
 */
public record RouterServices(
    SharedUpstreams shared,
    ProxyMetrics metrics,
    DecisionSink decisions,
    LongSupplier nanoTime,
    InstantSource clock,
    Supplier<RandomGenerator> random,
    int replayBytes) {

  /** Bytes of a request's body that are kept for a retry. */
  public static final int DEFAULT_REPLAY_BYTES = 64 * 1024;
}
