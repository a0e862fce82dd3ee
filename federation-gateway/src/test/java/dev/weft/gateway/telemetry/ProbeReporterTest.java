package dev.weft.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.gateway.probe.ProbeResult;
import dev.weft.gateway.probe.ProbeResult.Outcome;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.failure.Failure;
import dev.weft.v1.GatewayReportsGrpc;
import dev.weft.v1.ProbeReport;
import dev.weft.v1.ProbeReportSummary;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProbeReporterTest {

  private static final HostPort WEST = new HostPort("127.0.0.1", 25443);

  private final List<ProbeReport> reports = new CopyOnWriteArrayList<>();
  private final List<StreamObserver<ProbeReportSummary>> streams = new CopyOnWriteArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private ManagedChannel channel;
  private Server agent;
  private ProbeReporter reporter;

  @BeforeEach
  void start() throws IOException {
    agent =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .addService(new Reports())
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", agent.getPort()).usePlaintext().build();
    reporter = new ProbeReporter(channel, nanos::get);
  }

  @AfterEach
  void stop() {
    reporter.close();
    channel.shutdownNow();
    agent.shutdownNow();
  }

  private static ProbeResult reachable(long micros) {
    return new ProbeResult("west", WEST, new Outcome.Reachable(Duration.ofNanos(micros * 1000)));
  }

  @Test
  void tellsEachResultOverOneStream() {
    reporter.onResult(reachable(250));
    await().until(() -> reports.size() == 1);
    reporter.onResult(
        new ProbeResult("west", WEST, new Outcome.Unreachable(Failure.CONNECT_FAILED)));
    await().until(() -> reports.size() == 2);
    assertThat(reports)
        .containsExactly(
            ProbeReport.newBuilder()
                .setPeerCluster("west")
                .setPeerAddress("127.0.0.1:25443")
                .setReachable(true)
                .setRoundTripMicros(250)
                .build(),
            ProbeReport.newBuilder()
                .setPeerCluster("west")
                .setPeerAddress("127.0.0.1:25443")
                .setFailure("upstream_connection_failure")
                .build());
    assertThat(streams).hasSize(1);
  }

  @Test
  void dialsAgainAfterAPause() {
    reporter.onResult(reachable(1));
    await().until(() -> reports.size() == 1);
    streams.getFirst().onError(io.grpc.Status.UNAVAILABLE.asRuntimeException());
    await()
        .until(() -> {
          nanos.addAndGet(Duration.ofSeconds(11).toNanos());
          reporter.onResult(reachable(3));
          return streams.size() >= 2;
        });
    await().until(() -> reports.getLast().getRoundTripMicros() == 3);
  }

  @Test
  void anOldStreamIsReplacedSoThatARenewedCertificateIsShown() {
    reporter.onResult(reachable(1));
    await().until(() -> reports.size() == 1);
    nanos.addAndGet(Duration.ofMinutes(6).toNanos());
    reporter.onResult(reachable(2));
    await().until(() -> reports.size() == 2);
    assertThat(streams).hasSize(2);
  }

  private final class Reports extends GatewayReportsGrpc.GatewayReportsImplBase {
    @Override
    public StreamObserver<ProbeReport> reportProbes(StreamObserver<ProbeReportSummary> answer) {
      streams.add(answer);
      return new StreamObserver<>() {
        @Override
        public void onNext(ProbeReport report) {
          reports.add(report);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {
          answer.onNext(ProbeReportSummary.getDefaultInstance());
          answer.onCompleted();
        }
      };
    }
  }
}
