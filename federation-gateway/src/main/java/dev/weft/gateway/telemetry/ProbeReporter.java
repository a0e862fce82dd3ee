package dev.weft.gateway.telemetry;

import dev.weft.gateway.probe.ProbeResult;
import dev.weft.gateway.probe.ProbeSink;
import dev.weft.v1.GatewayReportsGrpc;
import dev.weft.v1.ProbeReport;
import dev.weft.v1.ProbeReportSummary;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the agent of each result over one stream of {@code weft.v1.GatewayReports}. While the agent
 * is away or slow only the latest result of each gateway is kept: an old one is of no use. Dials
 * again with growing pauses, when a result is there to be told. Thread-safe by its lock; never
 * blocks on the network.
 */
public final class ProbeReporter implements ProbeSink, AutoCloseable {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final GatewayReportsGrpc.GatewayReportsStub agent;
  private final LongSupplier nanoTime;
  private final Map<String, ProbeReport> latest = new LinkedHashMap<>();
  private @Nullable Stream stream;
  private Duration pause = FIRST_PAUSE;
  private long notBefore;
  private boolean closed;

  /**
   * Dials when the first result comes.
   *
   * @param agent with the node's certificate
   * @param nanoTime a monotonic clock
   */
  public ProbeReporter(GatewayReportsGrpc.GatewayReportsStub agent, LongSupplier nanoTime) {
    this.agent = agent;
    this.nanoTime = nanoTime;
    this.notBefore = nanoTime.getAsLong();
  }

  @Override
  public synchronized void onResult(ProbeResult result) {
    ProbeReport report = report(result);
    latest.put(report.getPeerCluster() + "|" + report.getPeerAddress(), report);
    if (stream == null && !closed && nanoTime.getAsLong() - notBefore >= 0) {
      Stream dialled = new Stream();
      stream = dialled;
      agent.reportProbes(dialled);
    }
    send();
  }

  private void send() {
    ClientCallStreamObserver<ProbeReport> requests = stream == null ? null : stream.requests;
    if (requests == null) {
      return;
    }
    Iterator<ProbeReport> waiting = latest.values().iterator();
    while (waiting.hasNext() && requests.isReady()) {
      requests.onNext(waiting.next());
      waiting.remove();
      pause = FIRST_PAUSE;
    }
  }

  private synchronized void onReady(Stream of) {
    if (stream == of) {
      send();
    }
  }

  private synchronized void onEnd(Stream of) {
    if (stream == of) {
      stream = null;
      notBefore = nanoTime.getAsLong() + pause.toNanos();
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    ClientCallStreamObserver<ProbeReport> requests = stream == null ? null : stream.requests;
    stream = null;
    if (requests != null) {
      requests.onCompleted();
    }
  }

  private static ProbeReport report(ProbeResult result) {
    ProbeReport.Builder report =
        ProbeReport.newBuilder()
            .setPeerCluster(result.cluster())
            .setPeerAddress(result.address().toString());
    return switch (result.outcome()) {
      case ProbeResult.Outcome.Reachable(Duration roundTrip) ->
          report
              .setReachable(true)
              .setRoundTripMicros(Math.max(1, roundTrip.toNanos() / 1_000))
              .build();
      case ProbeResult.Outcome.Unreachable(var failure) ->
          report.setFailure(failure.label()).build();
    };
  }

  /** One call. Its callbacks come on gRPC's threads. */
  private final class Stream implements ClientResponseObserver<ProbeReport, ProbeReportSummary> {
    private @Nullable ClientCallStreamObserver<ProbeReport> requests;

    @Override
    public void beforeStart(ClientCallStreamObserver<ProbeReport> started) {
      requests = started;
      started.setOnReadyHandler(() -> onReady(this));
    }

    @Override
    public void onNext(ProbeReportSummary summary) {}

    @Override
    public void onError(Throwable failure) {
      onEnd(this);
    }

    @Override
    public void onCompleted() {
      onEnd(this);
    }
  }
}
