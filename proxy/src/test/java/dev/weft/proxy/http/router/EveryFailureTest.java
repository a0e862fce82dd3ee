package dev.weft.proxy.http.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.telemetry.DecisionSink;
import dev.weft.proxy.telemetry.LogFiles;
import dev.weft.proxy.telemetry.LoggedDecisions;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.tls.TestPki;
import dev.weft.proxy.worker.WorkerSettings;
import dev.weft.proxy.worker.Workers;
import dev.weft.proxy.xds.parse.Parsed;
import dev.weft.proxy.xds.parse.ResourceParser;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every member of the closed set of failures happens, on real sockets, and is seen in both places
 * where an operator looks for it: its counter, and a line of the access log that xDS configures.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryFailureTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final JsonFormat.Parser JSON =
      JsonFormat.parser()
          .usingTypeRegistry(
              TypeRegistry.newBuilder()
                  .add(
                      List.of(
                          HttpConnectionManager.getDescriptor(),
                          Router.getDescriptor(),
                          HTTPFault.getDescriptor(),
                          RBACPerRoute.getDescriptor(),
                          RBAC.getDescriptor(),
                          ExtAuthz.getDescriptor(),
                          ExtAuthzPerRoute.getDescriptor(),
                          FileAccessLog.getDescriptor(),
                          UpstreamTlsContext.getDescriptor(),
                          HttpProtocolOptions.getDescriptor()))
                  .build());
  private static final String TYPE = "type.googleapis.com/envoy.extensions.";

  private static final String LISTENER =
      """
      {"name": "$NAME", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
       "filter_chains": [{"filters": [{"name": "http", "typed_config": {
         "@type": "$TYPEfilters.network.http_connection_manager.v3.HttpConnectionManager",
         "stat_prefix": "all", $MORE
         "http_filters": [
           {"name": "fault", "typed_config": {"@type": "$TYPEfilters.http.fault.v3.HTTPFault"}},
           {"name": "rbac", "typed_config": {"@type": "$TYPEfilters.http.rbac.v3.RBAC"}},
           {"name": "authz", "disabled": true, "typed_config": {
             "@type": "$TYPEfilters.http.ext_authz.v3.ExtAuthz", "transport_api_version": "V3",
             "with_request_body": {"max_request_bytes": 4},
             "http_service": {"server_uri": {"uri": "http://c/", "cluster": "check", "timeout": "30s"}}}},
           {"name": "outage", "disabled": true, "typed_config": {
             "@type": "$TYPEfilters.http.ext_authz.v3.ExtAuthz", "transport_api_version": "V3",
             "grpc_service": {"envoy_grpc": {"cluster_name": "refused"}, "timeout": "30s"}}},
           {"name": "lying", "disabled": true, "typed_config": {
             "@type": "$TYPEfilters.http.ext_authz.v3.ExtAuthz", "transport_api_version": "V3",
             "grpc_service": {"envoy_grpc": {"cluster_name": "lying"}, "timeout": "30s"}}},
           {"name": "router", "typed_config": {"@type": "$TYPEfilters.http.router.v3.Router"}}],
         "access_log": [{"name": "log", "typed_config": {
           "@type": "$TYPEaccess_loggers.file.v3.FileAccessLog", "path": "$LOG",
           "log_format": {"text_format_source": {"inline_string":
             "%RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %RESPONSE_CODE%\\n"}}}}],
         "route_config": {"name": "all", "virtual_hosts": [{
           "name": "all", "domains": ["payments.mesh"], "routes": [
             {"match": {"prefix": "/gone"}, "route": {"cluster": "gone"}},
             {"match": {"prefix": "/unhealthy"}, "route": {"cluster": "unhealthy"}},
             {"match": {"prefix": "/refused"}, "route": {"cluster": "refused"}},
             {"match": {"prefix": "/tls"}, "route": {"cluster": "tls"}},
             {"match": {"prefix": "/full"}, "route": {"cluster": "full"}},
             {"match": {"prefix": "/close"}, "route": {"cluster": "close"}},
             {"match": {"prefix": "/reset"}, "route": {"cluster": "reset"}},
             {"match": {"prefix": "/nonsense"}, "route": {"cluster": "nonsense"}},
             {"match": {"prefix": "/timeout"}, "route": {"cluster": "hang", "timeout": "0.2s"}},
             {"match": {"prefix": "/duration"}, "route": {"cluster": "hang",
               "max_stream_duration": {"max_stream_duration": "0.2s"}}},
             {"match": {"prefix": "/try"}, "route": {"cluster": "hang", "retry_policy":
               {"retry_on": "refused-stream", "per_try_timeout": "0.2s"}}},
             {"match": {"prefix": "/busy"}, "route": {"cluster": "busy", "retry_policy":
               {"retry_on": "5xx", "num_retries": 1}}},
             {"match": {"prefix": "/fault"}, "route": {"cluster": "hang"},
               "typed_per_filter_config": {"fault": {"@type": "$TYPEfilters.http.fault.v3.HTTPFault",
                 "abort": {"http_status": 418, "percentage": {"numerator": 100}}}}},
             {"match": {"prefix": "/denied"}, "route": {"cluster": "hang"},
               "typed_per_filter_config": {"rbac": {"@type": "$TYPEfilters.http.rbac.v3.RBACPerRoute",
                 "rbac": {"rules": {}}}}},
             {"match": {"prefix": "/unauthorized"}, "route": {"cluster": "hang"},
               "typed_per_filter_config": {"authz": $ON}},
             {"match": {"prefix": "/outage"}, "route": {"cluster": "hang"},
               "typed_per_filter_config": {"outage": $ON}},
             {"match": {"prefix": "/lying"}, "route": {"cluster": "hang"},
               "typed_per_filter_config": {"lying": $ON}},
             {"match": {"prefix": "/"}, "route": {"cluster": "hang", "timeout": "0s"}}]}]}}}]}]}
      """;

  private static final String ON =
      """
      {"@type": "$TYPEfilters.http.ext_authz.v3.ExtAuthzPerRoute", "check_settings": {}}\
      """;

  private static final String CLUSTER =
      """
      {"name": "$NAME", "type": "STATIC", "connect_timeout": "10s", $MORE
       "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
       "load_assignment": {"cluster_name": "$NAME", "endpoints": [{"lb_endpoints": [
         {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": $PORT}}},
          "health_status": "$HEALTH"}]}]}}
      """;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ProxyMetrics metrics = new ProxyMetrics(registry);
  private final FakeOrigin hang = FakeOrigin.http1(Script.hang());
  private final FakeOrigin close = FakeOrigin.http1(Script.close());
  private final FakeOrigin busy = FakeOrigin.http1(Script.status(503, "busy"));
  private final FakeOrigin check = FakeOrigin.http1(Script.status(403, "no"));
  private final FakeOrigin lying =
      FakeOrigin.http2(exchange -> {
        exchange.head(200, List.of("content-type", "application/grpc"), false);
        exchange.data(LYING, false);
        exchange.trailers(List.of("grpc-status", "0"));
      });
  private final FakeOrigin reset = FakeOrigin.http2(Script.reset());
  @TempDir private static Path directory;
  private Path log;
  private LogFiles files;
  private ServerSocket nonsense;
  private Workers workers;

  @BeforeAll
  void start() throws Exception {
    log = directory.resolve("access.log");
    files = new LogFiles(metrics, Thread.ofPlatform().daemon().factory());
    nonsense = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::talkNonsense);
    workers =
        new Workers(
            WorkerSettings.of(1),
            RouterWorker.factory(
                RouterServices.of(metrics, new LoggedDecisions(DecisionSink.NONE, files, null))),
            refused -> {},
            InstantSource.system());
    TestPki pki = TestPki.of("east.demo");
    workers.publish(pki.svid("default", "orders"));
    workers.publish(snapshot(pki));
    await()
        .atMost(LONG)
        .until(() -> workers.serving().keySet().containsAll(List.of("all", "strict")));
  }

  private Snapshot snapshot(TestPki pki) throws IOException {
    Map<String, ListenerConfig> listeners = new HashMap<>();
    listeners.put("all", listener("all", ""));
    listeners.put(
        "strict",
        listener(
            "strict", "\"stream_idle_timeout\": \"0.3s\", \"request_headers_timeout\": \"0.3s\","));
    Map<String, UpstreamConfig> upstreams = new HashMap<>();
    upstreams.put("unhealthy", upstream("unhealthy", hang.port(), "UNHEALTHY", ""));
    upstreams.put("refused", upstream("refused", closedPort(), "HEALTHY", ""));
    upstreams.put("tls", upstream("tls", nonsense.getLocalPort(), "HEALTHY", TLS));
    upstreams.put(
        "full",
        upstream(
            "full",
            hang.port(),
            "HEALTHY",
            "\"circuit_breakers\": {\"thresholds\": [{\"max_requests\": 0}]},"));
    upstreams.put("close", upstream("close", close.port(), "HEALTHY", ""));
    upstreams.put("reset", upstream("reset", reset.port(), "HEALTHY", HTTP2));
    upstreams.put("nonsense", upstream("nonsense", nonsense.getLocalPort(), "HEALTHY", ""));
    upstreams.put("hang", upstream("hang", hang.port(), "HEALTHY", ""));
    upstreams.put("check", upstream("check", check.port(), "HEALTHY", ""));
    upstreams.put("lying", upstream("lying", lying.port(), "HEALTHY", HTTP2));
    upstreams.put("busy", upstream("busy", busy.port(), "HEALTHY", ""));
    return new Snapshot(
        1, listeners, Map.of(), upstreams, Map.of(), Map.of("trust-bundles", TestPki.trust(pki)));
  }

  /** Asks for a header that no request may have. */
  private static final String LYING =
      new String(
          framed(
              CheckResponse.newBuilder()
                  .setOkResponse(
                      OkHttpResponse.newBuilder()
                          .addHeaders(
                              HeaderValueOption.newBuilder()
                                  .setHeader(
                                      HeaderValue.newBuilder().setKey("x").setValue("a\r\nb: c"))))
                  .build()
                  .toByteArray()),
          StandardCharsets.ISO_8859_1);

  private static byte[] framed(byte[] message) {
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) 0)
        .putInt(message.length)
        .put(message)
        .array();
  }

  private static final String TLS =
      """
      "transport_socket": {"name": "tls", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        "sni": "payments", "common_tls_context": {
          "tls_params": {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"},
          "tls_certificate_sds_secret_configs": [{"name": "svid"}],
          "combined_validation_context": {"default_validation_context": {},
            "validation_context_sds_secret_config": {"name": "trust-bundles", "sds_config": {"ads": {}}}}}}},
      """;

  private static final String HTTP2 =
      """
      "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http2_protocol_options": {}}}},
      """;

  private ListenerConfig listener(String name, String more) throws IOException {
    return accepted(
        ResourceParser.listener(
            message(
                LISTENER
                    .replace("$ON", ON)
                    .replace("$NAME", name)
                    .replace("$MORE", more)
                    .replace("$LOG", log.toString()),
                Listener.newBuilder())));
  }

  private static UpstreamConfig upstream(String name, int port, String health, String more)
      throws IOException {
    return accepted(
        ResourceParser.upstream(
            message(
                CLUSTER
                    .replace("$NAME", name)
                    .replace("$PORT", String.valueOf(port))
                    .replace("$HEALTH", health)
                    .replace("$MORE", more),
                Cluster.newBuilder())));
  }

  @SuppressWarnings("unchecked")
  private static <M extends Message> M message(String json, Message.Builder into)
      throws InvalidProtocolBufferException {
    JSON.merge(json.replace("$TYPE", TYPE), into);
    return (M) into.build();
  }

  private static <T> T accepted(Parsed<T> parsed) {
    return switch (parsed) {
      case Parsed.Accepted<T>(T value) -> value;
      case Parsed.Rejected<T>(var problems) -> throw new AssertionError(problems);
    };
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void talkNonsense() {
    while (!nonsense.isClosed()) {
      try (Socket socket = nonsense.accept()) {
        if (socket.getInputStream().read() >= 0) {
          socket
              .getOutputStream()
              .write("this is nobody's protocol\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
      } catch (IOException e) {
        // The peer has gone, or the test is over.
      }
    }
  }

  @AfterAll
  void stop() throws IOException {
    workers.close().toCompletableFuture().join();
    files.close();
    nonsense.close();
    List.of(hang, close, busy, reset, check, lying).forEach(FakeOrigin::close);
  }

  private double counted(Failure failure) {
    return registry
        .find("weft.request.failures")
        .tag("failure", failure.label())
        .counters()
        .stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  @ParameterizedTest
  @EnumSource
  void isCountedAndLogged(Failure failure) throws Exception {
    Files.write(log, new byte[0]);
    double before = counted(failure);
    provoke(failure);
    await().atMost(LONG).until(() -> counted(failure) == before + 1);
    await().atMost(LONG).until(() -> !Files.readAllLines(log).isEmpty());
    assertThat(Files.readAllLines(log)).hasSize(1).first().asString().matches(line(failure));
  }

  /** Flags, details and status; what a codec refuses has its own word for details. */
  private static String line(Failure failure) {
    return switch (failure) {
      case RETRIES_EXHAUSTED -> "URX via_upstream 503";
      case DOWNSTREAM_PROTOCOL -> "DPE http1\\.codec_error\\{.*} 400";
      case HEADERS_TOO_LARGE -> "DPE http1\\.headers_too_large\\{.*} 431";
      case HTTP_VERSION -> "DPE low_version\\{.*} 426";
      case REQUEST_HEADERS_TIMEOUT -> "DT request_header_timeout\\{.*} 408";
      case FAULT_INJECTED -> "FI fault_filter_abort 418";
      case RBAC_DENIED -> "- rbac_access_denied_matched_policy\\[none] 403";
      case EXT_AUTHZ_DENIED -> "UAEX ext_authz_denied 403";
      case EXT_AUTHZ_ERROR -> "UAEX ext_authz_error 403";
      case EXT_AUTHZ_INVALID -> "UAEX ext_authz_invalid 500";
      case PAYLOAD_TOO_LARGE -> "- request_payload_too_large 413";
      case STREAM_IDLE_TIMEOUT -> "SI stream_idle_timeout 504";
      case STREAM_DURATION -> "DT max_duration_timeout 504";
      case NO_ROUTE,
          NO_UPSTREAM,
          NO_HEALTHY_HOST,
          CONNECT_FAILED,
          UPSTREAM_TLS,
          OVERFLOW,
          CONNECTION_TERMINATED,
          UPSTREAM_RESET,
          UPSTREAM_PROTOCOL,
          REQUEST_TIMEOUT,
          PER_TRY_TIMEOUT,
          DOWNSTREAM_DISCONNECTED,
          UPGRADE_REFUSED,
          UNSUPPORTED ->
          failure.flag() + " " + failure.label() + " " + failure.status();
    };
  }

  private void provoke(Failure failure) throws IOException {
    switch (failure) {
      case NO_ROUTE -> send("all", "GET / HTTP/1.1\r\nhost: nobody.mesh\r\n\r\n");
      case NO_UPSTREAM -> get("/gone");
      case NO_HEALTHY_HOST -> get("/unhealthy");
      case CONNECT_FAILED -> get("/refused");
      case UPSTREAM_TLS -> get("/tls");
      case OVERFLOW -> get("/full");
      case CONNECTION_TERMINATED -> get("/close");
      case UPSTREAM_RESET -> get("/reset");
      case UPSTREAM_PROTOCOL -> get("/nonsense");
      case REQUEST_TIMEOUT -> get("/timeout");
      case PER_TRY_TIMEOUT -> get("/try");
      case STREAM_DURATION -> get("/duration");
      case RETRIES_EXHAUSTED -> get("/busy");
      case DOWNSTREAM_DISCONNECTED -> leave();
      case DOWNSTREAM_PROTOCOL -> send("all", "G@T / HTTP/1.1\r\nhost: payments.mesh\r\n\r\n");
      case STREAM_IDLE_TIMEOUT -> send("strict", "GET / HTTP/1.1\r\nhost: payments.mesh\r\n\r\n");
      case REQUEST_HEADERS_TIMEOUT -> send("strict", "GET / HTTP/1.1\r\n");
      case HEADERS_TOO_LARGE ->
          send(
              "all",
              "GET / HTTP/1.1\r\nhost: payments.mesh\r\nx: " + "y".repeat(70_000) + "\r\n\r\n");
      case HTTP_VERSION -> send("all", "GET / HTTP/1.0\r\nhost: payments.mesh\r\n\r\n");
      case UPGRADE_REFUSED ->
          send(
              "all",
              "GET / HTTP/1.1\r\nhost: payments.mesh\r\nconnection: upgrade\r\nupgrade: any\r\n\r\n");
      case FAULT_INJECTED -> get("/fault");
      case RBAC_DENIED -> get("/denied");
      case EXT_AUTHZ_DENIED -> get("/unauthorized");
      case EXT_AUTHZ_ERROR -> get("/outage");
      case EXT_AUTHZ_INVALID -> get("/lying");
      case PAYLOAD_TOO_LARGE ->
          send(
              "all",
              "POST /unauthorized HTTP/1.1\r\nhost: payments.mesh\r\ncontent-length: 5\r\n\r\nabcde");
      case UNSUPPORTED -> send("all", "TRACE / HTTP/1.1\r\nhost: payments.mesh\r\n\r\n");
    }
  }

  private void get(String path) throws IOException {
    send("all", "GET " + path + " HTTP/1.1\r\nhost: payments.mesh\r\n\r\n");
  }

  private void send(String listener, String bytes) throws IOException {
    try (RawClient client = connect(listener)) {
      assertThat(client.send(bytes).read().status()).isGreaterThanOrEqualTo(400);
    }
  }

  private void leave() throws IOException {
    hang.requests().clear();
    try (RawClient client = connect("all")) {
      client.send("GET / HTTP/1.1\r\nhost: payments.mesh\r\n\r\n");
      await().atMost(LONG).until(() -> !hang.requests().isEmpty());
    }
  }

  private RawClient connect(String listener) throws IOException {
    return RawClient.to(HostPort.parse(workers.serving().get(listener)).port());
  }
}
