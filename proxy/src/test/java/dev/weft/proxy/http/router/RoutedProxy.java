package dev.weft.proxy.http.router;

import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.Breakers;
import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Http1Settings;
import dev.weft.proxy.config.Http2Settings;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.ListenerInspection;
import dev.weft.proxy.config.OutlierDetection;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.TransportSockets;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.worker.WorkerSettings;
import dev.weft.proxy.worker.Workers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Workers with the real router on real sockets; one HTTP listener, one upstream. */
final class RoutedProxy implements AutoCloseable {
  private static final Http2Settings KEEPALIVE =
      new Http2Settings(100, 1 << 18, 1 << 20, Duration.ofSeconds(1), Duration.ofSeconds(1));

  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final List<RequestRecord> records = new CopyOnWriteArrayList<>();
  private final Workers workers;
  private final HttpProtocol protocol;
  private final Duration connectTimeout;
  private long version;

  RoutedProxy(int count) {
    this(count, HttpProtocol.HTTP1);
  }

  RoutedProxy(int count, HttpProtocol protocol) {
    this(count, protocol, Duration.ofSeconds(15));
  }

  /**
   * @param connectTimeout of a host; long, where no host is one that does not answer
   */
  RoutedProxy(int count, HttpProtocol protocol, Duration connectTimeout) {
    this(WorkerSettings.of(count), protocol, connectTimeout);
  }

  /** With another time for what drains. */
  RoutedProxy(WorkerSettings settings, HttpProtocol protocol, Duration connectTimeout) {
    this.protocol = protocol;
    this.connectTimeout = connectTimeout;
    RouterServices services = RouterServices.of(new ProxyMetrics(registry), records::add);
    workers =
        new Workers(
            settings, RouterWorker.factory(services), refused -> {}, InstantSource.system());
  }

  RoutedProxy serve(RouteTable routes, OutlierDetection outlier, EndpointSet endpoints) {
    return serve(Configs.http(Duration.ofMinutes(1), List.of()), routes, outlier, endpoints);
  }

  RoutedProxy serve(
      HttpConnectionManager http,
      RouteTable routes,
      OutlierDetection outlier,
      EndpointSet endpoints) {
    ListenerConfig listener =
        new ListenerConfig(
            "outbound",
            new HostPort("127.0.0.1", 0),
            ListenerInspection.of(false, Duration.ofSeconds(20)),
            List.of(new FilterChain("chain", ChainMatch.ANY, null, List.of(), http)),
            null,
            64 * 1024);
    UpstreamConfig upstream =
        new UpstreamConfig(
            Configs.UPSTREAM,
            Configs.UPSTREAM,
            null,
            connectTimeout,
            UpstreamConfig.Balancing.LEAST_REQUEST,
            0,
            new Breakers(1024, 1024, 1024, 3, 20, 10),
            outlier,
            List.of(),
            protocol,
            Http1Settings.DEFAULT,
            KEEPALIVE,
            TransportSockets.PLAINTEXT,
            64 * 1024);
    workers.publish(
        new Snapshot(
            ++version,
            Map.of("outbound", listener),
            Map.of(routes.name(), routes),
            Map.of(Configs.UPSTREAM, upstream),
            Map.of(Configs.UPSTREAM, endpoints),
            Map.of()));
    await().atMost(Duration.ofSeconds(30)).until(() -> workers.serving().containsKey("outbound"));
    return this;
  }

  int port() {
    return HostPort.parse(workers.serving().get("outbound")).port();
  }

  RawClient connect() throws IOException {
    return RawClient.to(port());
  }

  RawClient.Answer call(String method, String path, String body) throws IOException {
    try (RawClient client = connect()) {
      return client
          .send(
              method
                  + " "
                  + path
                  + " HTTP/1.1\r\nhost: payments.mesh\r\ncontent-length: "
                  + body.length()
                  + "\r\n\r\n"
                  + body)
          .read();
    }
  }

  /** The record of a request, in the order of their ends; it may follow the answer. */
  RequestRecord record(int index) {
    await().until(() -> records.size() > index);
    return records.get(index);
  }

  @Override
  public void close() {
    workers.close().toCompletableFuture().join();
  }
}
