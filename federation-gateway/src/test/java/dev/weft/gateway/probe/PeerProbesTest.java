package dev.weft.gateway.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.gateway.probe.ProbeResult.Outcome;
import dev.weft.proxy.config.Breakers;
import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.HealthCheck;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Http1Settings;
import dev.weft.proxy.config.Http2Settings;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.TlsParams;
import dev.weft.proxy.config.TransportSockets;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.config.UpstreamTls;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import dev.weft.proxy.upstream.pool.UpstreamStream.ConnectFailure;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerProbesTest {

  static final HostPort WEST = new HostPort("127.0.0.1", 25443);
  static final HostPort WEST_TOO = new HostPort("127.0.0.1", 25444);

  private final EmbeddedChannel time = new EmbeddedChannel();
  private final ScriptedPool pool = new ScriptedPool();
  private final List<ProbeResult> results = new ArrayList<>();
  private long nanos;
  private final PeerProbes probes =
      new PeerProbes(time.eventLoop(), pool, () -> nanos, results::add);

  @BeforeEach
  void freeze() {
    time.freezeTime();
  }

  private void after(Duration duration) {
    nanos += duration.toNanos();
    time.advanceTimeBy(duration.toNanos(), TimeUnit.NANOSECONDS);
    time.runPendingTasks();
  }

  static UpstreamConfig peer(String name, HostPort... addresses) {
    return new UpstreamConfig(
        name,
        "",
        new EndpointSet(
            name,
            List.of(
                new EndpointSet.Locality(
                    "",
                    "",
                    "",
                    0,
                    0,
                    Arrays.stream(addresses)
                        .map(address ->
                            new EndpointSet.Endpoint(
                                address, EndpointSet.Health.HEALTHY, 1, "", "", "", Map.of()))
                        .toList())),
            140),
        Duration.ofMillis(500),
        UpstreamConfig.Balancing.ROUND_ROBIN,
        0,
        Breakers.DEFAULT,
        null,
        List.of(
            new HealthCheck(
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                HealthCheck.NO_TRAFFIC,
                2,
                1,
                "/weft/probe",
                "")),
        UpstreamConfig.HttpProtocol.HTTP2,
        Http1Settings.DEFAULT,
        Http2Settings.DEFAULT,
        new TransportSockets(
            List.of(),
            new UpstreamTls(
                new TlsParams(
                    "TLSv1.3", "TLSv1.3", List.of("h2"), "svid", "trust-bundles", List.of()),
                "probe.west.demo")),
        65_536);
  }

  private static Snapshot snapshot(UpstreamConfig... upstreams) {
    return new Snapshot(
        1,
        Map.of(),
        Map.of(),
        Arrays.stream(upstreams).collect(Collectors.toMap(UpstreamConfig::name, one -> one)),
        Map.of(),
        Map.of());
  }

  private List<Outcome> outcomes() {
    return results.stream().map(ProbeResult::outcome).toList();
  }

  @Test
  void asksOverOneConnectionEachIntervalAndMeasuresTheRoundTrip() {
    pool.takesTheRequestAndIsSilent();
    probes.onSnapshot(snapshot(peer("peer|west", WEST)));
    after(Duration.ofMillis(3));
    pool.last.onResponse(new ResponseHead(200, new HeaderList()), true);
    pool.answers(200);
    after(Duration.ofMillis(997));
    assertThat(results)
        .containsExactly(
            new ProbeResult("west", WEST, new Outcome.Reachable(Duration.ofMillis(3))),
            new ProbeResult("west", WEST, new Outcome.Reachable(Duration.ZERO)));
    assertThat(pool.dialled).extracting(HostTarget::sni).containsExactly("probe.west.demo");
    assertThat(pool.asked).extracting(RequestHead::path).containsOnly("/weft/probe");
    assertThat(pool.drained).isZero();
  }

  @Test
  void aRefusedConnectionAndAnUntrustedOneAreToldApart() {
    pool.cannotBeDialled(ConnectFailure.Kind.REFUSED);
    pool.cannotBeDialled(ConnectFailure.Kind.TLS);
    probes.onSnapshot(snapshot(peer("peer|west", WEST)));
    after(Duration.ofSeconds(1));
    assertThat(outcomes())
        .containsExactly(
            new Outcome.Unreachable(Failure.CONNECT_FAILED),
            new Outcome.Unreachable(Failure.UPSTREAM_TLS));
  }

  @Test
  void aPeerThatStaysSilentTimesOutAndIsDialledAgain() {
    pool.takesTheRequestAndIsSilent();
    probes.onSnapshot(snapshot(peer("peer|west", WEST)));
    pool.answers(200);
    after(Duration.ofSeconds(1));
    assertThat(outcomes().getFirst()).isEqualTo(new Outcome.Unreachable(Failure.REQUEST_TIMEOUT));
    assertThat(pool.resets).isEqualTo(1);
    assertThat(pool.drained).isEqualTo(1);
    after(Duration.ofSeconds(1));
    assertThat(pool.dialled).hasSize(2);
    assertThat(outcomes().getLast()).isEqualTo(new Outcome.Reachable(Duration.ZERO));
  }

  @Test
  void aPeerThatNeverTakesTheRequestTimesOutAndTheWaitIsWithdrawn() {
    probes.onSnapshot(snapshot(peer("peer|west", WEST)));
    after(Duration.ofSeconds(1));
    assertThat(outcomes().getFirst()).isEqualTo(new Outcome.Unreachable(Failure.REQUEST_TIMEOUT));
    assertThat(pool.cancelled).isEqualTo(1);
  }

  @Test
  void anAnswerAfterTheTimeoutIsDropped() {
    pool.takesTheRequestAndIsSilent();
    probes.onSnapshot(snapshot(peer("peer|west", WEST)));
    var first = pool.last;
    after(Duration.ofMillis(1000));
    int before = results.size();
    first.onResponse(new ResponseHead(200, new HeaderList()), true);
    assertThat(results).hasSize(before);
  }

  @Test
  void anotherAnswerThan200IsNoGateway() {
    pool.answers(404);
    probes.onSnapshot(snapshot(peer("peer|west", WEST)));
    assertThat(outcomes()).containsExactly(new Outcome.Unreachable(Failure.UPSTREAM_PROTOCOL));
  }

  @Test
  void aResetIsNamed() {
    pool.isReset(ResetReason.CONNECTION_CLOSED);
    pool.isReset(ResetReason.REMOTE_RESET);
    probes.onSnapshot(snapshot(peer("peer|west", WEST)));
    after(Duration.ofSeconds(1));
    assertThat(outcomes())
        .containsExactly(
            new Outcome.Unreachable(Failure.CONNECTION_TERMINATED),
            new Outcome.Unreachable(Failure.UPSTREAM_RESET));
  }

  @Test
  void aChangeOfOnePeerLeavesTheOthersConnectionAlone() {
    pool.answers(200);
    probes.onSnapshot(snapshot(peer("peer|west", WEST)));
    probes.onSnapshot(snapshot(peer("peer|west", WEST, WEST_TOO), peer("payments.default", WEST)));
    assertThat(pool.dialled).extracting(HostTarget::address).containsExactly(WEST, WEST_TOO);
    assertThat(pool.drained).isZero();
  }

  @Test
  void aPeerThatIsGoneIsNotAskedAnyMore() {
    pool.answers(200);
    probes.onSnapshot(snapshot(peer("peer|west", WEST)));
    probes.onSnapshot(snapshot());
    after(Duration.ofSeconds(5));
    assertThat(pool.asked).hasSize(1);
    assertThat(pool.drained).isEqualTo(1);
  }

  @Test
  void closingTellsNoResultOfWhatIsUnderWay() {
    pool.takesTheRequestAndIsSilent();
    probes.onSnapshot(snapshot(peer("peer|west", WEST)));
    probes.close();
    after(Duration.ofSeconds(5));
    assertThat(results).isEmpty();
    assertThat(pool.resets).isEqualTo(1);
  }
}
