package dev.weft.bench.proxy;

import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.router.RouterServices;
import dev.weft.proxy.http.router.RouterWorker;
import dev.weft.proxy.telemetry.DecisionSink;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.worker.WorkerContext;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One GET through route, balancer, breakers, retry policy, timeouts, record and metrics, answered
 * at once by a host that is no more than a callback. Run with {@code -prof gc} for the bytes
 * allocated per request.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RoutingBenchmark {
  private final RouterWorker worker =
      new RouterWorker(
          RouterServices.of(new ProxyMetrics(new SimpleMeterRegistry()), DecisionSink.NONE),
          new WorkerContext(0, 1, new EmbeddedChannel().eventLoop(), new AnsweringPools()),
          List.of());
  private final IdleCaller caller = new IdleCaller(BenchConfigs.http());

  /** Publishes a service with three hosts and the contract's two routes. */
  public RoutingBenchmark() {
    worker.onSnapshot(BenchConfigs.snapshot());
  }

  /** A request as an application sends it. */
  @Benchmark
  public DownstreamStream.Events get() {
    HeaderList headers =
        new HeaderList()
            .add("user-agent", "bench")
            .add("accept", "*/*")
            .add("x-request-id", "0b0e1a4e-5d1c-4a36-9c57-3f4a5c1de7aa");
    return worker.onRequest(
        new RequestHead("GET", "http", "payments.mesh", "/pay", headers), true, caller);
  }
}
