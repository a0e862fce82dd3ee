package dev.weft.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.tls.TestPki;
import dev.weft.v1.GatewayReportsGrpc;
import dev.weft.v1.ProbeReport;
import dev.weft.v1.ProbeReportSummary;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway asks a peer's gateway over a link, and its agent hears what came of it. */
class PeerGatewaysTest {

  private static final TestPki EAST = TestPki.of("east.demo");
  private static final TestPki WEST = TestPki.of("west.demo");
  private static final Map<String, String> BUNDLES =
      Map.of("east.demo", EAST.bundlePem(), "west.demo", WEST.bundlePem());

  private final List<ProbeReport> reports = new CopyOnWriteArrayList<>();
  @TempDir private Path directory;
  private RunningGateway east;
  private RunningGateway west;
  private Relay link;

  @BeforeEach
  void start() throws Exception {
    west = RunningGateway.start("west", WEST, BUNDLES, directory);
    link = new Relay(west.address());
    east = RunningGateway.start("east", EAST, BUNDLES, directory, new Reports());
  }

  @AfterEach
  void stop() throws Exception {
    east.close();
    link.close();
    west.close();
  }

  /** Waits for a report among those since a moment: the one after it may be another already. */
  private ProbeReport hears(int since, Predicate<ProbeReport> wanted) {
    return await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> reports.stream().skip(since).filter(wanted).findFirst(), Optional::isPresent)
        .orElseThrow();
  }

  @Test
  void hearsOfAPeerThatIsThereGoesSilentComesBackAndIsCutOff() throws Exception {
    east.agent().put("peer|west", GatewayResources.peer("west", "gateway", link.address()));
    ProbeReport there = hears(0, ProbeReport::getReachable);
    assertThat(there.getPeerCluster()).isEqualTo("west");
    assertThat(there.getPeerAddress()).isEqualTo(link.address().toString());
    assertThat(there.getRoundTripMicros()).isPositive();

    int then = reports.size();
    link.silent(true);
    hears(then, report -> report.getFailure().equals("upstream_response_timeout"));

    then = reports.size();
    link.silent(false);
    hears(then, ProbeReport::getReachable);

    then = reports.size();
    link.close();
    hears(then, report -> report.getFailure().equals("upstream_connection_failure"));
    assertThat(east.metrics())
        .contains("weft_gateway_probes_total{peer=\"west\",result=\"reachable\"")
        .contains("weft_gateway_probe_round_trip_seconds");
  }

  @Test
  void hearsThatAPeersGatewayIsNotWhoItShouldBe() {
    east.agent().put("peer|west", GatewayResources.peer("west", "somebody", link.address()));
    hears(0, report -> report.getFailure().equals("upstream_tls_failure"));
    assertThat(reports).noneMatch(ProbeReport::getReachable);
  }

  private final class Reports extends GatewayReportsGrpc.GatewayReportsImplBase {
    @Override
    public StreamObserver<ProbeReport> reportProbes(StreamObserver<ProbeReportSummary> answer) {
      return new StreamObserver<>() {
        @Override
        public void onNext(ProbeReport report) {
          reports.add(report);
        }

        @Override
        public void onError(Throwable gone) {}

        @Override
        public void onCompleted() {
          answer.onNext(ProbeReportSummary.getDefaultInstance());
          answer.onCompleted();
        }
      };
    }
  }
}
