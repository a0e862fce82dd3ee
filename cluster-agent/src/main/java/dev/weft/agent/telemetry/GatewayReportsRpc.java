package dev.weft.agent.telemetry;

import dev.weft.v1.GatewayReportsGrpc;
import dev.weft.v1.ProbeReport;
import dev.weft.v1.ProbeReportSummary;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.regex.Pattern;

/**
 * {@code weft.v1.GatewayReports}. Only gateways of this cluster get here: the port asks for their
 * identity. A malformed report ends the stream and changes nothing. Thread-safe.
 */
public final class GatewayReportsRpc extends GatewayReportsGrpc.GatewayReportsImplBase {

  private static final Pattern CLUSTER = Pattern.compile("[a-z0-9-]{1,63}");
  private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9.:_\\[\\]-]{1,262}");
  private static final Pattern FAILURE = Pattern.compile("[a-z_]{1,64}");

  private final GatewayProbes probes;

  public GatewayReportsRpc(GatewayProbes probes) {
    this.probes = probes;
  }

  @Override
  public StreamObserver<ProbeReport> reportProbes(StreamObserver<ProbeReportSummary> answer) {
    return new StreamObserver<>() {
      private boolean refused;

      @Override
      public void onNext(ProbeReport report) {
        if (refused) {
          return;
        }
        String problem = problem(report);
        if (!problem.isEmpty()) {
          refused = true;
          answer.onError(Status.INVALID_ARGUMENT.withDescription(problem).asRuntimeException());
        } else if (report.getReachable()) {
          probes.reachable(
              report.getPeerCluster(), report.getPeerAddress(), report.getRoundTripMicros());
        } else {
          probes.unreachable(report.getPeerCluster(), report.getPeerAddress(), report.getFailure());
        }
      }

      @Override
      public void onError(Throwable gone) {
        // The gateway went away; what it said grows old.
      }

      @Override
      public void onCompleted() {
        if (!refused) {
          answer.onNext(ProbeReportSummary.getDefaultInstance());
          answer.onCompleted();
        }
      }
    };
  }

  private static String problem(ProbeReport report) {
    if (!CLUSTER.matcher(report.getPeerCluster()).matches()) {
      return "peer_cluster: not a cluster's name";
    }
    if (!ADDRESS.matcher(report.getPeerAddress()).matches()) {
      return "peer_address: not host:port";
    }
    if (report.getReachable() && report.getRoundTripMicros() < 0) {
      return "round_trip_micros: too large";
    }
    if (!report.getReachable() && !FAILURE.matcher(report.getFailure()).matches()) {
      return "failure: needed when not reachable";
    }
    return "";
  }
}
