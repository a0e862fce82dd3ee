package dev.weft.gateway.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.HealthCheck;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.filter.authz.AuthorizationChecks;
import dev.weft.proxy.tcp.TcpHosts;
import dev.weft.proxy.telemetry.ConnectionLog;
import dev.weft.proxy.worker.WorkerContext;
import dev.weft.proxy.worker.WorkerState;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A peer's gateway is asked once in each interval, by the probes. */
class ProbingWorkersTest {

  private final List<Snapshot> traffic = new ArrayList<>();
  private final ScriptedPool pool = new ScriptedPool();

  private final class Traffic implements WorkerState {
    @Override
    public DownstreamStream.Acceptor acceptor() {
      throw new AssertionError("no traffic here");
    }

    @Override
    public TcpHosts tcpHosts() {
      throw new AssertionError("no traffic here");
    }

    @Override
    public AuthorizationChecks checks() {
      throw new AssertionError("no traffic here");
    }

    @Override
    public ConnectionLog connectionLog() {
      return ConnectionLog.NONE;
    }

    @Override
    public void onSnapshot(Snapshot snapshot) {
      traffic.add(snapshot);
    }

    @Override
    public void close() {}
  }

  @Test
  void theChecksOfPeersAreTheProbesAndOthersAreNot() {
    UpstreamConfig peer = PeerProbesTest.peer("peer|west", PeerProbesTest.WEST);
    UpstreamConfig other = PeerProbesTest.peer("payments.default", PeerProbesTest.WEST_TOO);
    assertThat(peer.healthChecks()).isNotEmpty();
    WorkerState worker =
        new ProbingWorkers(_ -> new Traffic(), () -> 0, _ -> {})
            .create(new WorkerContext(0, 1, new EmbeddedChannel().eventLoop(), pool));
    pool.answers(200);

    worker.onSnapshot(
        new Snapshot(
            7,
            Map.of(),
            Map.of(),
            Map.of("peer|west", peer, "payments.default", other),
            Map.of(),
            Map.of()));

    Snapshot seen = traffic.getFirst();
    assertThat(seen.version()).isEqualTo(7);
    assertThat(seen.upstreams().get("peer|west").healthChecks()).isEqualTo(List.<HealthCheck>of());
    assertThat(seen.upstreams().get("peer|west").withoutHealthChecks())
        .isEqualTo(peer.withoutHealthChecks());
    assertThat(seen.upstreams().get("payments.default")).isEqualTo(other);
    assertThat(pool.asked).hasSize(1);
    worker.close();
  }
}
