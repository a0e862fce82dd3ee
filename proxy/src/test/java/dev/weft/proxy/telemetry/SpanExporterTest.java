package dev.weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Tracing;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Spans at a receiver that speaks the published protocol, over a real socket. */
final class SpanExporterTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ProxyMetrics metrics = new ProxyMetrics(registry);
  private final List<Span> received = new CopyOnWriteArrayList<>();

  private static RequestRecord record(boolean attemptSpans) {
    RequestRecord record =
        new RequestRecord(
            1_700_000_000_000L,
            500,
            7,
            "outbound",
            new InetSocketAddress("127.0.0.1", 4000),
            null,
            "HTTP/1.1",
            "GET",
            "payments.mesh",
            "/pay?card=1");
    record.trace(new TraceContext(1, 2, 3, 4, true), attemptSpans);
    record.operation("egress payments.mesh", "");
    record.span(
        new SpanFacts(
            true,
            "http://payments.mesh/pay",
            "curl",
            "",
            List.of("zone", "a"),
            new Tracing.Receiver(new HostPort("127.0.0.1", 4317), "")));
    record.routed("r", "payments.default");
    AttemptRecord attempt =
        new AttemptRecord(
            new HostPort("10.0.0.1", 15006),
            "payments-1",
            "east",
            0,
            AttemptRecord.Why.RETRY,
            1_500);
    attempt.end(AttemptResult.RESET, 0, "", 2_500);
    attempt.span(5);
    record.attempt(attempt);
    record.status(503);
    record.end(1_000_500);
    return record;
  }

  private SpanExporter exporter(int port) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    return new SpanExporter(
        channel,
        new SpanExporter.Source("orders", "default", "orders-1"),
        metrics,
        Thread.ofPlatform().daemon().factory());
  }

  private double count(String name) {
    var counter = registry.find(name).counter();
    return counter == null ? 0 : counter.count();
  }

  @Test
  void aSampledRequestIsASpanWithItsAttempts() throws Exception {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new TraceServiceGrpc.TraceServiceImplBase() {
                  @Override
                  public void export(
                      ExportTraceServiceRequest request,
                      StreamObserver<ExportTraceServiceResponse> to) {
                    request
                        .getResourceSpansList()
                        .forEach(r ->
                            r.getScopeSpansList().forEach(s -> received.addAll(s.getSpansList())));
                    to.onNext(ExportTraceServiceResponse.getDefaultInstance());
                    to.onCompleted();
                  }
                })
            .build()
            .start();
    try (SpanExporter exporter = exporter(server.getPort())) {
      exporter.accept(record(false));
      exporter.accept(record(true));
      await().atMost(LONG).until(() -> count("weft.spans.sent") == 3);
    } finally {
      server.shutdownNow();
    }
    Span span = received.getFirst();
    assertThat(received).hasSize(3);
    assertThat(span.getTraceId().toByteArray()).endsWith(2).hasSize(16);
    assertThat(span.getSpanId().toByteArray()).containsExactly(0, 0, 0, 0, 0, 0, 0, 3);
    assertThat(span.getParentSpanId().toByteArray()).containsExactly(0, 0, 0, 0, 0, 0, 0, 4);
    assertThat(span.getEndTimeUnixNano() - span.getStartTimeUnixNano()).isEqualTo(1_000_000);
    assertThat(span.getName()).isEqualTo("egress payments.mesh");
    assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
    assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
    assertThat(texts(span))
        .containsEntry("http.url", "http://payments.mesh/pay")
        .containsEntry("http.method", "GET")
        .containsEntry("http.status_code", "503")
        .containsEntry("error", "true")
        .containsEntry("upstream_cluster", "payments.default")
        .containsEntry("component", "proxy")
        .containsEntry("downstream_cluster", "-")
        .containsEntry("user_agent", "curl")
        .containsEntry("peer.address", "127.0.0.1")
        .containsEntry("zone", "a");
    assertThat(span.getEvents(0).getTimeUnixNano() - span.getStartTimeUnixNano()).isEqualTo(1_000);
    assertThat(span.getEvents(0).getAttributesList())
        .anyMatch(
            a -> a.getKey().equals("weft.result") && a.getValue().getStringValue().equals("reset"));

    assertThat(received.get(1).getEventsList()).isEmpty();
    Span attempt = received.get(2);
    assertThat(attempt.getName()).isEqualTo("router payments.default egress");
    assertThat(attempt.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
    assertThat(attempt.getSpanId().toByteArray()).containsExactly(0, 0, 0, 0, 0, 0, 0, 5);
    assertThat(attempt.getParentSpanId()).isEqualTo(received.get(1).getSpanId());
    assertThat(attempt.getEndTimeUnixNano() - attempt.getStartTimeUnixNano()).isEqualTo(1_000);
    assertThat(texts(attempt))
        .containsEntry("upstream_address", "10.0.0.1:15006")
        .containsEntry("http.status_code", "0")
        .containsEntry("error", "true")
        .containsEntry("weft.result", "reset");
  }

  private static Map<String, String> texts(Span span) {
    return span.getAttributesList().stream()
        .collect(Collectors.toMap(KeyValue::getKey, held -> held.getValue().getStringValue()));
  }

  @Test
  void whatNobodyTakesIsDroppedAndCounted() throws Exception {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    try (SpanExporter exporter = exporter(closed)) {
      for (int i = 0; i < 10_000; i++) {
        exporter.accept(record(false));
      }
      await().atMost(LONG).until(() -> count("weft.spans.dropped") == 10_000);
    }
    assertThat(count("weft.spans.sent")).isZero();
  }
}
