package dev.weft.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.telemetry.GatewayProbes.Probe;
import dev.weft.v1.ProbeReport;
import dev.weft.v1.ProbeReportSummary;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatewayReportsRpcTest {

  private long millis = 5_000;
  private final GatewayProbes probes = new GatewayProbes(() -> millis);
  private final List<Object> answers = new ArrayList<>();
  private final StreamObserver<ProbeReport> gateway =
      new GatewayReportsRpc(probes)
          .reportProbes(
              new StreamObserver<>() {
                @Override
                public void onNext(ProbeReportSummary summary) {
                  answers.add(summary);
                }

                @Override
                public void onError(Throwable refusal) {
                  answers.add(Status.fromThrowable(refusal).getDescription());
                }

                @Override
                public void onCompleted() {
                  answers.add("completed");
                }
              });

  private static ProbeReport.Builder west() {
    return ProbeReport.newBuilder().setPeerCluster("west").setPeerAddress("127.0.0.1:25443");
  }

  @Test
  void keepsTheLatestOfEachGatewayWithItsAge() {
    gateway.onNext(west().setReachable(true).setRoundTripMicros(300).build());
    gateway.onNext(west().setPeerAddress("[::1]:25443").setFailure("upstream_tls_failure").build());
    gateway.onNext(west().setReachable(true).setRoundTripMicros(280).build());
    millis += 700;
    assertThat(probes.of("west"))
        .containsExactly(
            new Probe("127.0.0.1:25443", true, 280, "", 700),
            new Probe("[::1]:25443", false, 0, "upstream_tls_failure", 700));
    assertThat(probes.of("north")).isEmpty();
  }

  @Test
  void aMalformedReportEndsTheStreamAndChangesNothing() {
    gateway.onNext(west().setPeerCluster("not a name").setReachable(true).build());
    gateway.onNext(west().setReachable(true).build());
    gateway.onCompleted();
    assertThat(answers).containsExactly("peer_cluster: not a cluster's name");
    assertThat(probes.of("west")).isEmpty();
  }

  @Test
  void anUnreachableGatewayNeedsAReason() {
    gateway.onNext(west().build());
    assertThat(answers).containsExactly("failure: needed when not reachable");
  }

  @Test
  void remembersABoundedNumber() {
    for (int i = 0; i < GatewayProbes.MAX + 10; i++) {
      gateway.onNext(west().setPeerAddress("h" + i + ":1").setReachable(true).build());
    }
    assertThat(probes.of("west")).hasSize(GatewayProbes.MAX);
  }
}
