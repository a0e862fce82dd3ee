package dev.weft.gateway.telemetry;

import dev.weft.gateway.probe.ProbeResult;
import dev.weft.gateway.probe.ProbeSink;
import dev.weft.v1.GatewayReportsGrpc;
import dev.weft.v1.ProbeReport;
import dev.weft.v1.ProbeReportSummary;
import io.grpc.Channel;
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

  /**
   * A stream is ended after so long and the next one opened, with the certificate that is then the
   * node's: a call keeps the connection, and so the certificate, that it began with.
   */
  private static final Duration LONGEST_STREAM = Duration.ofMinutes(5);

  /** More gateways than these are not told of. */
  private static final int MAX_WAITING = 1024;

  private final GatewayReportsGrpc.GatewayReportsStub agent;
  private final LongSupplier nanoTime;
  private final Map<String, ProbeReport> latest = new LinkedHashMap<>();
  private @Nullable Stream stream;
  private Duration pause = FIRST_PAUSE;
  private long notBefore;
  private long openedAt;
  private boolean closed;

  /**
   * Dials when the first result comes.
   *
   * @param agent goes to an agent with the node's certificate
   * @param nanoTime a monotonic clock
   */
  public ProbeReporter(Channel agent, LongSupplier nanoTime) {
    this.agent = GatewayReportsGrpc.newStub(agent);
    this.nanoTime = nanoTime;
    this.notBefore = nanoTime.getAsLong();
  }

  @Override
  public synchronized void onResult(ProbeResult result) {
    ProbeReport report = report(result);
    String key = report.getPeerCluster() + "|" + report.getPeerAddress();
    if (latest.size() < MAX_WAITING || latest.containsKey(key)) {
      latest.put(key, report);
    }
    long now = nanoTime.getAsLong();
    if (stream != null && now - openedAt >= LONGEST_STREAM.toNanos()) {
      end();
    }
    if (stream == null && !closed && now - notBefore >= 0) {
      openedAt = now;
      stream = new Stream();
      agent.reportProbes(stream);
    }
    send();
  }

  private void end() {
    ClientCallStreamObserver<ProbeReport> requests = stream == null ? null : stream.requests;
    stream = null;
    if (requests != null) {
      requests.onCompleted();
    }
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
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    end();
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

  /** One call. Its callbacks come on the channel's executor. */
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
