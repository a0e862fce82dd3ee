package dev.weft.proxy.http.router;

import com.google.re2j.Pattern;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.StringMatcher;
import dev.weft.proxy.config.Breakers;
import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.EndpointSet.Endpoint;
import dev.weft.proxy.config.EndpointSet.Health;
import dev.weft.proxy.config.EndpointSet.Locality;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Http1Settings;
import dev.weft.proxy.config.Http2Settings;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.HttpProtocols;
import dev.weft.proxy.config.LocalReplyMapper;
import dev.weft.proxy.config.NamedFilter;
import dev.weft.proxy.config.OutlierDetection;
import dev.weft.proxy.config.RetryPolicy;
import dev.weft.proxy.config.RetryPolicy.RetryOn;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.RouteTable.VirtualHost;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.TransportSockets;
import dev.weft.proxy.config.UpstreamConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The configuration of {@code docs/contract.md} for a service {@code payments.default}. */
final class Configs {
  static final String UPSTREAM = "payments.default";
  static final Breakers BREAKERS = new Breakers(1024, 1024, 1024, 3, 20, 10);
  static final OutlierDetection OUTLIER = outlier(Duration.ofSeconds(5));

  private Configs() {}

  /** A mesh's detection; the longest ejection is six times the first. */
  static OutlierDetection outlier(Duration firstEjection) {
    return new OutlierDetection(
        5,
        0,
        5,
        100,
        true,
        3,
        100,
        Duration.ofSeconds(1),
        firstEjection,
        firstEjection.multipliedBy(6),
        100);
  }

  static HttpConnectionManager http(Duration idle, List<LocalReplyMapper> mappers) {
    return new HttpConnectionManager(
        "outbound",
        HttpConnectionManager.Codec.AUTO,
        new HttpConnectionManager.Routes.Named("outbound"),
        true,
        false,
        Duration.ofMinutes(1),
        idle,
        Duration.ofSeconds(10),
        60,
        100,
        Http2Settings.DEFAULT,
        mappers,
        HttpProtocols.DEFAULT);
  }

  /** The same with these filters. */
  static HttpConnectionManager filtered(HttpConnectionManager base, NamedFilter... filters) {
    return new HttpConnectionManager(
        base.statPrefix(),
        base.codec(),
        base.routes(),
        base.normalizePath(),
        base.mergeSlashes(),
        base.idleTimeout(),
        base.streamIdleTimeout(),
        base.requestHeadersTimeout(),
        base.maxRequestHeadersKb(),
        base.maxHeaders(),
        base.http2(),
        base.localReplies(),
        base.protocols(),
        base.observability(),
        List.of(filters),
        base.clients());
  }

  static RetryPolicy retry(RetryOn... conditions) {
    return new RetryPolicy(
        Set.of(conditions),
        3,
        Duration.ofSeconds(5),
        Set.of(),
        List.of(HeaderMatcher.present("x-weft-unreached")),
        true,
        5,
        2,
        Duration.ofMillis(5),
        Duration.ofMillis(50));
  }

  private static Route route(
      String name, List<HeaderMatcher> headers, RetryPolicy retry, Duration timeout) {
    return new Route(
        name,
        new Route.PathMatch.Prefix("/", false),
        headers,
        new Route.Action.Forward(UPSTREAM, timeout, retry),
        List.of(),
        List.of(),
        List.of("x-weft-unreached"),
        List.of());
  }

  static RouteTable outbound() {
    Duration timeout = Duration.ofSeconds(15);
    HeaderMatcher repeatable =
        HeaderMatcher.of(
            ":method",
            new StringMatcher.Regex(Pattern.compile("GET|HEAD|OPTIONS|TRACE|PUT|DELETE")));
    return new RouteTable(
        "outbound",
        true,
        List.of(
            new VirtualHost(
                UPSTREAM,
                List.of("payments.mesh"),
                List.of(
                    route(
                        "repeatable",
                        List.of(repeatable),
                        retry(
                            RetryOn.CONNECT_FAILURE,
                            RetryOn.REFUSED_STREAM,
                            RetryOn.RESET,
                            RetryOn.GATEWAY_ERROR,
                            RetryOn.RETRIABLE_HEADERS),
                        timeout),
                    route(
                        "once",
                        List.of(),
                        retry(
                            RetryOn.CONNECT_FAILURE,
                            RetryOn.REFUSED_STREAM,
                            RetryOn.RESET_BEFORE_REQUEST,
                            RetryOn.RETRIABLE_HEADERS),
                        timeout)))));
  }

  static RouteTable withoutRetries() {
    return new RouteTable(
        "outbound",
        true,
        List.of(
            new VirtualHost(
                UPSTREAM,
                List.of("*"),
                List.of(route("plain", List.of(), null, Duration.ofSeconds(15))))));
  }

  /** Ports of hosts, by priority. */
  static EndpointSet endpoints(int[]... priorities) {
    List<Locality> localities = new ArrayList<>();
    for (int priority = 0; priority < priorities.length; priority++) {
      List<Endpoint> hosts = new ArrayList<>();
      for (int port : priorities[priority]) {
        hosts.add(endpoint(port, Health.HEALTHY));
      }
      localities.add(new Locality("eu", "a", priority == 0 ? "east" : "west", priority, 0, hosts));
    }
    return new EndpointSet(UPSTREAM, localities, 140);
  }

  static Endpoint endpoint(int port, Health health) {
    return new Endpoint(
        new HostPort("127.0.0.1", port), health, 1, "", "payments-" + port, "east", Map.of());
  }

  static UpstreamConfig upstream(Breakers breakers, OutlierDetection outlier) {
    return new UpstreamConfig(
        UPSTREAM,
        UPSTREAM,
        null,
        Duration.ofMillis(500),
        UpstreamConfig.Balancing.LEAST_REQUEST,
        0,
        breakers,
        outlier,
        List.of(),
        UpstreamConfig.HttpProtocol.HTTP2,
        Http1Settings.DEFAULT,
        Http2Settings.DEFAULT,
        TransportSockets.PLAINTEXT,
        1024 * 1024);
  }

  static Snapshot snapshot(
      long version, RouteTable routes, UpstreamConfig upstream, EndpointSet set) {
    return new Snapshot(
        version,
        Map.of(),
        Map.of("outbound", routes),
        Map.of(UPSTREAM, upstream),
        Map.of(UPSTREAM, set),
        Map.of());
  }

  static Snapshot mesh(int[]... priorities) {
    return snapshot(1, outbound(), upstream(BREAKERS, OUTLIER), endpoints(priorities));
  }
}
