package dev.weft.bench.proxy;

import com.google.re2j.Pattern;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.StringMatcher;
import dev.weft.proxy.config.Breakers;
import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.EndpointSet.Endpoint;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Http1Settings;
import dev.weft.proxy.config.Http2Settings;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.HttpProtocols;
import dev.weft.proxy.config.OutlierDetection;
import dev.weft.proxy.config.RetryPolicy;
import dev.weft.proxy.config.RetryPolicy.RetryOn;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.TransportSockets;
import dev.weft.proxy.config.UpstreamConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A sidecar's configuration as an agent sends it, with one service. */
final class BenchConfigs {
  private static final String UPSTREAM = "payments.default";

  private BenchConfigs() {}

  static HttpConnectionManager http() {
    return new HttpConnectionManager(
        "outbound",
        HttpConnectionManager.Codec.AUTO,
        new HttpConnectionManager.Routes.Named("outbound"),
        true,
        false,
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofSeconds(10),
        60,
        100,
        Http2Settings.DEFAULT,
        List.of(),
        HttpProtocols.DEFAULT);
  }

  static Snapshot snapshot() {
    HeaderMatcher repeatable =
        HeaderMatcher.of(
            ":method",
            new StringMatcher.Regex(Pattern.compile("GET|HEAD|OPTIONS|TRACE|PUT|DELETE")));
    RouteTable routes =
        new RouteTable(
            "outbound",
            true,
            List.of(
                new RouteTable.VirtualHost(
                    UPSTREAM,
                    List.of("payments.mesh"),
                    List.of(route("repeatable", List.of(repeatable)), route("once", List.of())))));
    return new Snapshot(
        1,
        Map.of(),
        Map.of("outbound", routes),
        Map.of(UPSTREAM, upstream()),
        Map.of(UPSTREAM, endpoints()),
        Map.of());
  }

  private static Route route(String name, List<HeaderMatcher> headers) {
    RetryPolicy retry =
        new RetryPolicy(
            Set.of(RetryOn.CONNECT_FAILURE, RetryOn.RESET, RetryOn.RETRIABLE_HEADERS),
            3,
            Duration.ofSeconds(5),
            Set.of(),
            List.of(HeaderMatcher.present("x-weft-unreached")),
            true,
            5,
            2,
            Duration.ofMillis(5),
            Duration.ofMillis(50));
    return new Route(
        name,
        new Route.PathMatch.Prefix("/", false),
        headers,
        new Route.Action.Forward(UPSTREAM, Duration.ofSeconds(15), retry),
        List.of(),
        List.of(),
        List.of("x-weft-unreached"),
        List.of());
  }

  private static EndpointSet endpoints() {
    List<Endpoint> hosts = new ArrayList<>();
    for (int port = 1; port <= 3; port++) {
      hosts.add(
          new Endpoint(
              new HostPort("127.0.0.1", port),
              EndpointSet.Health.HEALTHY,
              1,
              "",
              "payments-" + port,
              "east",
              Map.of()));
    }
    return new EndpointSet(
        UPSTREAM, List.of(new EndpointSet.Locality("eu", "a", "east", 0, 0, hosts)), 140);
  }

  private static UpstreamConfig upstream() {
    return new UpstreamConfig(
        UPSTREAM,
        UPSTREAM,
        null,
        Duration.ofMillis(500),
        UpstreamConfig.Balancing.LEAST_REQUEST,
        0,
        new Breakers(1024, 1024, 1024, 3, 20, 10),
        new OutlierDetection(
            5,
            0,
            5,
            100,
            true,
            3,
            100,
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            100),
        List.of(),
        UpstreamConfig.HttpProtocol.HTTP2,
        Http1Settings.DEFAULT,
        Http2Settings.DEFAULT,
        TransportSockets.PLAINTEXT,
        65_536);
  }
}
