package dev.weft.proxy.http.router;

import dev.weft.proxy.config.AccessLogConfig;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.filter.HttpFilter;
import dev.weft.proxy.telemetry.DecisionSink;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.upstream.shared.SharedUpstreams;
import dev.weft.proxy.worker.WorkerContext;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Routers of some workers over fake codecs and pools, in virtual time on one thread. */
final class RouterHarness {
  final EmbeddedChannel channel = new EmbeddedChannel();
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final ProxyMetrics metrics = new ProxyMetrics(registry);
  final List<RequestRecord> records = new ArrayList<>();
  final List<String> lines = new ArrayList<>();
  final FakePools pools = new FakePools();
  final List<RouterWorker> workers = new ArrayList<>();
  final SharedUpstreams shared;
  HttpConnectionManager http = Configs.http(Duration.ofMinutes(5), List.of());
  private long now = 1_000_000_000L;
  private long seed = 42;

  RouterHarness() {
    this(1, List.of());
  }

  RouterHarness(int count, List<HttpFilter.Factory> filters) {
    channel.freezeTime();
    shared =
        new SharedUpstreams(
            () -> now,
            new SplittableRandom(1),
            (upstream, reason) -> metrics.upstream(upstream).ejection(reason.label()));
    RouterServices services =
        new RouterServices(
            shared,
            metrics,
            new DecisionSink() {
              @Override
              public void accept(RequestRecord record) {
                records.add(record);
              }

              @Override
              public void line(AccessLogConfig.Target target, String line) {
                lines.add(line);
              }
            },
            () -> now,
            () -> Instant.EPOCH,
            () -> new SplittableRandom(seed++),
            RouterServices.DEFAULT_REPLAY_BYTES);
    for (int i = 0; i < count; i++) {
      workers.add(
          new RouterWorker(
              services, new WorkerContext(i, count, channel.eventLoop(), pools), filters));
    }
  }

  RouterHarness with(Snapshot snapshot) {
    workers.forEach(worker -> worker.onSnapshot(snapshot));
    return this;
  }

  FakeDownstream get(String path) {
    return request(0, "GET", path, true, new HeaderList());
  }

  FakeDownstream post(String path) {
    return request(0, "POST", path, false, new HeaderList());
  }

  FakeDownstream request(int worker, String method, String path, boolean end, HeaderList headers) {
    FakeDownstream down = new FakeDownstream(http);
    DownstreamStream.Events events =
        workers
            .get(worker)
            .onRequest(new RequestHead(method, "http", "payments.mesh", path, headers), end, down);
    down.events = events;
    return down;
  }

  /** Lets time pass in steps of a millisecond. */
  void advance(long millis) {
    for (long i = 0; i < millis; i++) {
      now += 1_000_000;
      channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
      channel.runScheduledPendingTasks();
    }
  }

  RequestRecord lastRecord() {
    return records.getLast();
  }
}
