package dev.weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.Breakers;
import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.EndpointSet.Endpoint;
import dev.weft.proxy.config.EndpointSet.Health;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Http1Settings;
import dev.weft.proxy.config.Http2Settings;
import dev.weft.proxy.config.OutlierDetection;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.TcpProxy;
import dev.weft.proxy.config.TlsParams;
import dev.weft.proxy.config.TransportSockets;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.config.UpstreamConfig.Balancing;
import dev.weft.proxy.config.UpstreamTls;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.tcp.TcpHosts;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.upstream.pool.HostPool;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import dev.weft.proxy.upstream.pool.UpstreamStream.ConnectFailure;
import dev.weft.proxy.upstream.shared.SharedUpstreams;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class UpstreamTest {
  private static final String SUFFIX = ".9001.payments.default.west.demo";
  private final List<HostTarget> drained = new ArrayList<>();
  private final UpstreamSet set =
      new UpstreamSet(
          new SharedUpstreams(() -> 1, new SplittableRandom(1), (upstream, reason) -> {}),
          new ProxyMetrics(new SimpleMeterRegistry()),
          FakePool::new,
          new SplittableRandom(5));
  private final TcpHosts tcp = new BalancedTcpHosts(set, System::nanoTime);
  private long version;

  private final class FakePool implements HostPool {
    private final HostTarget target;

    FakePool(HostTarget target) {
      this.target = target;
    }

    @Override
    public Pending open(RequestHead head, boolean end, UpstreamStream.Events events) {
      return () -> {};
    }

    @Override
    public void drain() {
      drained.add(target);
    }

    @Override
    public int connections() {
      return 0;
    }
  }

  private static Endpoint instance(String name, int port, Health health, String cluster) {
    return new Endpoint(
        new HostPort("127.0.0.1", port),
        health,
        1,
        name.isEmpty() ? "" : name + SUFFIX,
        name,
        cluster,
        Map.of("cluster", cluster));
  }

  private Upstream serve(
      Balancing balancing, TransportSockets sockets, Breakers breakers, Endpoint... endpoints) {
    OutlierDetection outlier =
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
            100);
    EndpointSet load =
        new EndpointSet(
            "u", List.of(new EndpointSet.Locality("", "", "", 0, 0, List.of(endpoints))), 140);
    UpstreamConfig config =
        new UpstreamConfig(
            "u",
            "u",
            null,
            Duration.ofSeconds(1),
            balancing,
            0,
            breakers,
            outlier,
            List.of(),
            UpstreamConfig.HttpProtocol.HTTP2,
            Http1Settings.DEFAULT,
            Http2Settings.DEFAULT,
            sockets,
            65_536);
    set.onSnapshot(
        new Snapshot(
            ++version, Map.of(), Map.of(), Map.of("u", config), Map.of("u", load), Map.of()));
    return set.get("u");
  }

  private TcpHosts.Choice pick(String serverName) {
    return tcp.pick(
        new TcpProxy.Weighted("u", 1, Map.of()),
        new TcpHosts.Downstream(1, "l", new InetSocketAddress("127.0.0.1", 1), serverName, null));
  }

  private int port(String serverName) {
    return switch (pick(serverName)) {
      case TcpHosts.Choice.Host host -> host.target().address().port();
      case TcpHosts.Choice.None none -> -1;
    };
  }

  @Test
  void aServerNameOfAnInstanceMeansThatInstanceAndNoOther() {
    serve(
        Balancing.SNI_INSTANCE,
        TransportSockets.PLAINTEXT,
        Breakers.DEFAULT,
        instance("a", 1, Health.HEALTHY, "west"),
        instance("b", 2, Health.HEALTHY, "west"),
        instance("c", 3, Health.UNHEALTHY, "west"));
    assertThat(port("a" + SUFFIX)).isEqualTo(1);
    assertThat(port("b" + SUFFIX)).isEqualTo(2);
    assertThat(port("c" + SUFFIX)).as("not healthy").isEqualTo(-1);
    assertThat(port("gone" + SUFFIX)).as("not there").isEqualTo(-1);
    Set<Integer> service = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      service.add(port(SUFFIX.substring(1)));
    }
    assertThat(service).as("the service's own name").containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void aHostThatRefusesConnectionsIsEjectedForTcpToo() {
    serve(
        Balancing.ROUND_ROBIN,
        TransportSockets.PLAINTEXT,
        Breakers.DEFAULT,
        instance("a", 1, Health.HEALTHY, "west"));
    for (int i = 0; i < 3; i++) {
      ((TcpHosts.Choice.Host) pick(""))
          .outcome()
          .onConnectFailure(new ConnectFailure(ConnectFailure.Kind.REFUSED, ""));
    }
    assertThat(pick("")).isEqualTo(new TcpHosts.Choice.None(Failure.NO_HEALTHY_HOST));
  }

  @Test
  void connectionsAreBoundedAndGivenBack() {
    serve(
        Balancing.ROUND_ROBIN,
        TransportSockets.PLAINTEXT,
        new Breakers(1, 1, 1, 1, -1, 0),
        instance("a", 1, Health.HEALTHY, "west"));
    TcpHosts.Choice.Host open = (TcpHosts.Choice.Host) pick("");
    assertThat(pick("")).isEqualTo(new TcpHosts.Choice.None(Failure.OVERFLOW));
    open.outcome().onConnected();
    open.outcome().onClosed(1, 1);
    assertThat(port("")).isEqualTo(1);
  }

  @Test
  void anEndpointIsDialledByItsMetadataAndItsOwnServerNameComesFirst() {
    UpstreamTls west =
        new UpstreamTls(
            new TlsParams("TLSv1.3", "TLSv1.3", List.of("h2"), "svid", "trust-bundles", List.of()),
            SUFFIX.substring(1));
    TransportSockets sockets =
        new TransportSockets(
            List.of(new TransportSockets.Match("west", Map.of("cluster", "west"), west)), null);
    Upstream upstream =
        serve(
            Balancing.RANDOM,
            sockets,
            Breakers.DEFAULT,
            instance("a", 1, Health.HEALTHY, "west"),
            instance("", 2, Health.HEALTHY, "west"),
            instance("b", 3, Health.HEALTHY, "east"));
    Map<Integer, HostTarget> targets = new java.util.HashMap<>();
    upstream.hosts().forEach(host -> targets.put(host.key().address().port(), host.target()));
    assertThat(targets.get(1).sni()).isEqualTo("a" + SUFFIX);
    assertThat(targets.get(2).sni()).isEqualTo(SUFFIX.substring(1));
    assertThat(targets.get(2).tls()).isEqualTo(west);
    assertThat(targets.get(3).tls()).isNull();
    assertThat(targets.get(3).sni()).isEmpty();
  }

  @Test
  void instancesBehindOneGatewayAreHostsOfTheirOwn() {
    Upstream upstream =
        serve(
            Balancing.LEAST_REQUEST,
            TransportSockets.PLAINTEXT,
            Breakers.DEFAULT,
            instance("a", 1, Health.HEALTHY, "west"),
            instance("b", 1, Health.HEALTHY, "west"));
    Host a = upstream.hosts().iterator().next();
    for (int i = 0; i < 3; i++) {
      upstream.shared().outliers().onLocalFailure(a.record(), 503);
    }
    for (int i = 0; i < 10; i++) {
      assertThat(upstream.pick().endpoint().instance()).isEqualTo("b");
    }
  }

  @Test
  void aHostThatIsDialledInAnotherWayGetsNewConnectionsAndKeepsItsRecord() {
    Endpoint endpoint = instance("a", 1, Health.HEALTHY, "west");
    Upstream upstream =
        serve(Balancing.RANDOM, TransportSockets.PLAINTEXT, Breakers.DEFAULT, endpoint);
    Host host = upstream.pick();
    HostPool before = host.pool();
    UpstreamTls tls =
        new UpstreamTls(new TlsParams("TLSv1.3", "TLSv1.3", List.of(), "", "", List.of()), "x");
    serve(Balancing.RANDOM, new TransportSockets(List.of(), tls), Breakers.DEFAULT, endpoint);

    assertThat(upstream.pick()).isSameAs(host);
    assertThat(host.pool()).isNotSameAs(before);
    assertThat(drained).hasSize(1);
    set.close();
    assertThat(drained).hasSize(2);
  }
}
