package dev.weft.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.type.tracing.v3.CustomTag;
import io.envoyproxy.envoy.type.v3.Percent;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A call from a sidecar through the other cluster's gateway to a sidecar and its application is one
 * trace, at a receiver that speaks the published protocol.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TracingTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";

  private final List<Received> received = new CopyOnWriteArrayList<>();
  @TempDir private static Path directory;
  private Server collector;
  private FakeOrigin application;
  private TwoClusters mesh;

  private record Received(String service, Span span) {
    String text(String key) {
      return span.getAttributesList().stream()
          .filter(one -> one.getKey().equals(key))
          .map(one -> one.getValue().getStringValue())
          .findFirst()
          .orElse("");
    }
  }

  private final class Collector extends TraceServiceGrpc.TraceServiceImplBase {
    @Override
    public void export(
        ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> to) {
      request
          .getResourceSpansList()
          .forEach(from ->
              from.getScopeSpansList()
                  .forEach(scope ->
                      scope
                          .getSpansList()
                          .forEach(s -> received.add(new Received(name(from.getResource()), s)))));
      to.onNext(ExportTraceServiceResponse.getDefaultInstance());
      to.onCompleted();
    }
  }

  private static String name(Resource of) {
    return of.getAttributesList().stream()
        .filter(one -> one.getKey().equals("service.name"))
        .map(one -> one.getValue().getStringValue())
        .collect(Collectors.joining());
  }

  @BeforeAll
  void start() throws Exception {
    collector =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Collector())
            .build()
            .start();
    application = FakeOrigin.http2(Script.ok("paid"));
    mesh = new TwoClusters(directory, new HostPort("127.0.0.1", application.port()), this::traced);
  }

  @BeforeEach
  void clear() {
    received.clear();
    application.requests().clear();
  }

  @AfterAll
  void stop() {
    mesh.close();
    application.close();
    collector.shutdownNow();
  }

  /** The listener with tracing in its connection manager; nothing of its own is sampled. */
  private Listener traced(Listener listener) {
    Listener.Builder changed =
        listener.toBuilder()
            .setTrafficDirection(
                listener.getName().equals("outbound")
                    ? TrafficDirection.OUTBOUND
                    : TrafficDirection.INBOUND);
    for (Filter.Builder filter : changed.getFilterChainsBuilder(0).getFiltersBuilderList()) {
      if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
        try {
          filter.setTypedConfig(
              Any.pack(
                  filter.getTypedConfig().unpack(HttpConnectionManager.class).toBuilder()
                      .setTracing(tracing())
                      .build()));
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return changed.build();
  }

  private HttpConnectionManager.Tracing tracing() {
    HttpConnectionManager.Tracing.Builder tracing =
        HttpConnectionManager.Tracing.newBuilder()
            .setRandomSampling(Percent.getDefaultInstance())
            .setSpawnUpstreamSpan(BoolValue.of(true))
            .addCustomTags(
                CustomTag.newBuilder()
                    .setTag("tenant")
                    .setRequestHeader(
                        CustomTag.Header.newBuilder().setName("x-tenant").setDefaultValue("none")));
    tracing
        .getProviderBuilder()
        .setTypedConfig(
            Any.pack(
                OpenTelemetryConfig.newBuilder()
                    .setGrpcService(
                        GrpcService.newBuilder()
                            .setGoogleGrpc(
                                GrpcService.GoogleGrpc.newBuilder()
                                    .setTargetUri("127.0.0.1:" + collector.getPort())
                                    .setStatPrefix("otlp")))
                    .build()));
    return tracing.build();
  }

  private int call(String headers) throws Exception {
    try (RawClient client = RawClient.to(mesh.outbound().port())) {
      return client
          .send("GET /pay?card=1 HTTP/1.1\r\nhost: " + TwoClusters.FAR + "\r\n" + headers + "\r\n")
          .read()
          .status();
    }
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  private Received only(String service, String name) {
    List<Received> found =
        received.stream()
            .filter(one -> one.service.equals(service) && one.span.getName().equals(name))
            .toList();
    assertThat(found).as("%s of %s in %s", name, service, received).hasSize(1);
    return found.getFirst();
  }

  @Test
  void aCallIsOneTraceFromHopToHop() throws Exception {
    // The first connection may take longer than its time-out where everything is still cold.
    await().atMost(Duration.ofSeconds(60)).until(() -> call("") == 200);
    clear();
    assertThat(call("x-tenant: acme\r\ntraceparent: 00-" + TRACE + "-" + SPAN + "-01\r\n"))
        .isEqualTo(200);
    await().atMost(Duration.ofSeconds(30)).until(() -> received.size() >= 4);

    assertThat(received)
        .hasSize(4)
        .allSatisfy(one -> assertThat(hex(one.span.getTraceId())).isEqualTo(TRACE));
    Received caller = only("orders", "egress far.mesh");
    Received sent = only("orders", "router far egress");
    Received callee = only("payments", "ingress");
    Received handed = only("payments", "router inbound|9001 egress");
    assertThat(hex(caller.span.getParentSpanId())).isEqualTo(SPAN);
    assertThat(sent.span.getParentSpanId()).isEqualTo(caller.span.getSpanId());
    assertThat(callee.span.getParentSpanId()).isEqualTo(sent.span.getSpanId());
    assertThat(handed.span.getParentSpanId()).isEqualTo(callee.span.getSpanId());
    assertThat(application.requests().getFirst().header("traceparent"))
        .isEqualTo("00-" + TRACE + "-" + hex(handed.span.getSpanId()) + "-01");

    assertThat(sent.span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
    assertThat(callee.span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
    assertThat(Map.of("http.status_code", "200", "upstream_cluster", "far", "tenant", "acme"))
        .allSatisfy((key, value) -> assertThat(caller.text(key)).isEqualTo(value));
    assertThat(caller.text("http.url")).isEqualTo("http://far.mesh/pay");
    assertThat(callee.text("weft.peer")).isEqualTo("spiffe://west.demo/ns/default/sa/orders");
    assertThat(handed.text("upstream_address")).isEqualTo("127.0.0.1:" + application.port());
  }

  @Test
  void whatNobodySampledIsHandedOnAndNotSent() throws Exception {
    await().atMost(Duration.ofSeconds(60)).until(() -> call("") == 200);
    clear();
    assertThat(call("")).isEqualTo(200);
    assertThat(call("x-client-trace-id: asked\r\n")).isEqualTo(200);
    // The second is there when the first would be.
    await().atMost(Duration.ofSeconds(30)).until(() -> received.size() >= 4);
    assertThat(received).hasSize(4);
    assertThat(application.requests().get(0).header("traceparent"))
        .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00");
    assertThat(only("orders", "egress far.mesh").text("guid:x-client-trace-id")).isEqualTo("asked");
  }
}
