package dev.weft.proxy.http.router;

import dev.weft.proxy.telemetry.DecisionSink;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.upstream.shared.SharedUpstreams;
import java.time.InstantSource;
import java.util.Random;
import java.util.SplittableRandom;
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

  /** Those of a process: system clocks, its own folder of shared state, ejections counted. */
  public static RouterServices of(ProxyMetrics metrics, DecisionSink decisions) {
    // A generator that all detectors may use at once.
    Random random = new Random();
    return new RouterServices(
        new SharedUpstreams(
            System::nanoTime,
            random,
            (upstream, reason) -> metrics.upstream(upstream).ejection(reason.label())),
        metrics,
        decisions,
        System::nanoTime,
        InstantSource.system(),
        SplittableRandom::new,
        DEFAULT_REPLAY_BYTES);
  }
}
