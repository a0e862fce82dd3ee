package dev.weft.proxy.oracle;

import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.TrustContext;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.http.router.RouterServices;
import dev.weft.proxy.http.router.RouterWorker;
import dev.weft.proxy.telemetry.DecisionSink;
import dev.weft.proxy.telemetry.LogFiles;
import dev.weft.proxy.telemetry.LoggedDecisions;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.upstream.shared.SharedUpstreams;
import dev.weft.proxy.worker.WorkerSettings;
import dev.weft.proxy.worker.Workers;
import dev.weft.proxy.xds.parse.Parsed;
import dev.weft.proxy.xds.parse.ResourceParser;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Weft's data plane in this process, with the resources parsed as the xDS client does. */
final class WeftSubject implements Subject {

  private final Workers workers;
  private final int workerCount;

  private final LogFiles logs;
  private final Map<String, Path> streams;

  private WeftSubject(Workers workers, int workerCount, LogFiles logs, Map<String, Path> streams) {
    this.workers = workers;
    this.workerCount = workerCount;
    this.logs = logs;
    this.streams = streams;
  }

  /** Starts it and waits until these listeners serve. */
  static WeftSubject start(
      List<Resources> all, OraclePki pki, List<String> listeners, int workerCount) {
    SplittableRandom random = new SplittableRandom();
    ProxyMetrics metrics = new ProxyMetrics(new SimpleMeterRegistry());
    Map<String, Path> streams = Map.of("error", file(), "output", file());
    LogFiles logs =
        new LogFiles(
            metrics,
            Thread.ofPlatform().daemon().factory(),
            appending(streams.get("output")),
            appending(streams.get("error")));
    Workers workers =
        new Workers(
            WorkerSettings.of(workerCount),
            RouterWorker.factory(
                new RouterServices(
                    new SharedUpstreams(
                        System::nanoTime, new SplittableRandom(), (upstream, reason) -> {}),
                    metrics,
                    new LoggedDecisions(DecisionSink.NONE, logs, null),
                    System::nanoTime,
                    InstantSource.system(),
                    random::split,
                    RouterServices.DEFAULT_REPLAY_BYTES)),
            refused -> {},
            InstantSource.system());
    workers.publish(pki.own());
    workers.publish(snapshot(all, pki));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> workers.serving().keySet().containsAll(listeners));
    return new WeftSubject(workers, workerCount, logs, streams);
  }

  private static Path file() {
    try {
      return Files.createTempFile(OracleFiles.directory(), "weft", ".log");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static OutputStream appending(Path file) {
    try {
      return Files.newOutputStream(file, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Snapshot snapshot(List<Resources> all, OraclePki pki) {
    Map<String, ListenerConfig> listeners = new HashMap<>();
    Map<String, RouteTable> routes = new HashMap<>();
    Map<String, UpstreamConfig> upstreams = new HashMap<>();
    Map<String, EndpointSet> endpoints = new HashMap<>();
    Map<String, TrustContext> trust = new HashMap<>();
    trust.put("trust-bundles", accepted(ResourceParser.validation(pki.trustBundles())));
    for (Resources one : all) {
      one.listeners()
          .forEach(p -> listeners.put(p.getName(), accepted(ResourceParser.listener(p))));
      one.routes().forEach(p -> routes.put(p.getName(), accepted(ResourceParser.routes(p))));
      one.clusters().forEach(p -> upstreams.put(p.getName(), accepted(ResourceParser.upstream(p))));
      one.endpoints()
          .forEach(p -> endpoints.put(p.getClusterName(), accepted(ResourceParser.endpoints(p))));
      one.secrets().forEach(p -> trust.put(p.getName(), accepted(ResourceParser.validation(p))));
    }
    return new Snapshot(1, listeners, routes, upstreams, endpoints, trust);
  }

  private static <T> T accepted(Parsed<T> parsed) {
    return switch (parsed) {
      case Parsed.Accepted<T>(T value) -> value;
      case Parsed.Rejected<T>(var problems) ->
          throw new IllegalStateException("Weft refuses a case's resource: " + problems);
    };
  }

  @Override
  public String name() {
    return "Weft with " + workerCount + (workerCount == 1 ? " worker" : " workers");
  }

  /** Whether a listener accepts connections. */
  boolean serves(String listener) {
    return workers.serving().containsKey(listener);
  }

  @Override
  public int port(String listener) {
    return HostPort.parse(workers.serving().get(listener)).port();
  }

  @Override
  public Map<String, Path> streams() {
    return streams;
  }

  @Override
  public void close() {
    workers.close().toCompletableFuture().join();
    logs.close();
    for (Path file : streams.values()) {
      try {
        Files.delete(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
