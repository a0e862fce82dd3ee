package dev.weft.proxy.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.lifecycle.Readiness;
import dev.weft.proxy.tls.TestPki;
import dev.weft.proxy.xds.FakeControlPlane;
import dev.weft.proxy.xds.parse.SampleResources;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two sidecars, an agent and an application in one process; every socket is real. */
final class DataPlaneTest {
  private static final TestPki EAST = TestPki.of("east.demo");
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);
  private static final String SNI = "9001.payments.default.east.demo";
  private static final String PAYMENTS = "spiffe://east.demo/ns/default/sa/payments";

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<DataPlane> nodes = new ArrayList<>();
  @TempDir private Path directory;
  private FakeControlPlane agent;
  private HttpServer application;

  @BeforeEach
  void start() throws IOException {
    agent = FakeControlPlane.start(EAST, "east.demo");
    Files.writeString(directory.resolve("roots.pem"), EAST.bundlePem());
    Files.writeString(directory.resolve("token"), "join");
    application = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    application.createContext(
        "/",
        exchange -> {
          byte[] body = "paid".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    application.start();
    agent.put("trust-bundles", SampleResources.trustBundles(Map.of("east.demo", EAST.bundlePem())));
  }

  @AfterEach
  void stop() {
    nodes.forEach(node -> node.stop(Duration.ofSeconds(1)));
    agent.close();
    application.stop(0);
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private DataPlane sidecar(String id, String account, HostPort outbound) throws IOException {
    Bootstrap bootstrap =
        new Bootstrap(
            new Bootstrap.Node(id, "east", "demo", "default", account, Bootstrap.Role.SIDECAR),
            new Bootstrap.Agent(
                List.of(agent.address()),
                directory.resolve("roots.pem"),
                Optional.of(directory.resolve("token"))),
            Optional.of(new Bootstrap.Inbound(ANY, List.of(applicationAddress()))),
            Optional.of(outbound),
            Optional.empty(),
            ANY,
            directory.resolve(id),
            2,
            Optional.of(directory.resolve(id + ".log").toString()));
    DataPlane node = DataPlane.start(bootstrap, vertx, NodeParts.NONE);
    nodes.add(node);
    return node;
  }

  private HostPort applicationAddress() {
    return new HostPort("127.0.0.1", application.getAddress().getPort());
  }

  private void configure(DataPlane node) {
    HostPort inbound = node.bootstrap().inbound().orElseThrow().address();
    agent.put("inbound|9001", SampleResources.application("inbound|9001", applicationAddress()));
    agent.put("inbound", SampleResources.inbound(inbound, SNI, "inbound|9001", "east.demo"));
    agent.put(
        "payments.default", SampleResources.upstream("payments.default", "east", SNI, PAYMENTS));
    agent.put(
        "payments.default",
        SampleResources.endpoints("payments.default", "east", "p." + SNI, "p", inbound));
    agent.put("outbound", SampleResources.routes("outbound", "payments.default", "payments.mesh"));
    agent.put(
        "outbound",
        SampleResources.outbound(node.bootstrap().outbound().orElseThrow(), "outbound"));
  }

  private HttpResponse<String> get(String url, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> admin(DataPlane node, String path)
      throws IOException, InterruptedException {
    return get("http://127.0.0.1:" + node.adminPort() + path);
  }

  /**
   * The JDK's client does not send a Host of our own: the absolute form of the target names the
   * service instead.
   */
  private int callPayments(DataPlane node) throws IOException {
    HostPort outbound = node.bootstrap().outbound().orElseThrow();
    try (Socket socket = new Socket(outbound.host(), outbound.port())) {
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write(
              "GET /pay HTTP/1.1\r\nHost: payments.mesh\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.isEmpty() ? 0 : Integer.parseInt(answer.substring(9, 12));
    }
  }

  private HttpResponse<String> post(DataPlane node, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.adminPort() + path))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void servesFromEnrolmentToDrain() throws Exception {
    DataPlane node = sidecar("payments-1", "payments", ANY);
    assertThat(admin(node, "/ready").statusCode()).isEqualTo(503);
    assertThat(admin(node, "/live").statusCode()).isEqualTo(200);
    configure(node);
    await().atMost(Duration.ofSeconds(60)).until(() -> node.readiness() instanceof Readiness.Ready);
    assertThat(admin(node, "/ready").statusCode()).isEqualTo(200);
    // The first connection may take longer than its time-out where everything is still cold.
    await().atMost(Duration.ofSeconds(60)).until(() -> callPayments(node) == 200);

    String metrics = admin(node, "/metrics").body();
    assertThat(metrics).contains("weft_xds_updates_total{result=\"accepted\",type=\"lds\"");
    await().until(() -> admin(node, "/metrics").body().contains("weft_requests_total"));
    String dump = admin(node, "/config_dump").body();
    assertThat(dump)
        .contains("payments.default", "connected to", "SPIFFECertValidatorConfig")
        .doesNotContain("PRIVATE KEY");
    assertThat(get("http://127.0.0.1:" + node.adminPort() + "/drain").statusCode()).isEqualTo(405);
    assertThat(admin(node, "/metrics").body())
        .contains("weft_downstream_connections_total{listener=\"outbound\"")
        .contains("weft_upstream_connections_total{upstream=\"payments.default\"")
        .contains(
            "weft_upstream_tls_handshakes_total{cipher=\"TLS_AES_",
            "resumed=\"false\",upstream=\"payments.default\",version=\"TLSv1.3\"")
        .contains(
            "weft_downstream_tls_handshakes_total{cipher=\"TLS_AES_",
            "listener=\"inbound\",resumed=\"false\",version=\"TLSv1.3\"")
        .contains("peer=\"east.demo/default/payments\"")
        .contains("weft_bundle_not_after_seconds{trust_domain=\"east.demo\"")
        .contains(
            "weft_node_info{cluster=\"east\",id=\"payments-1\",namespace=\"default\"",
            "role=\"sidecar\",service_account=\"payments\"")
        .contains("weft_certificate_not_after_seconds ")
        .doesNotContain("weft_certificate_not_after_seconds 0.0");

    assertThat(post(node, "/logging?category=dev.weft.proxy.test&level=DEBUG").body())
        .contains("\"dev.weft.proxy.test\" : \"DEBUG\"");
    assertThat(post(node, "/logging?category=dev.weft.proxy.test&level=LOUD").statusCode())
        .isEqualTo(400);
    assertThat(post(node, "/logging?category=dev.weft.proxy.test&level=INHERIT").statusCode())
        .isEqualTo(200);
    assertThat(post(node, "/drain").statusCode()).isEqualTo(202);
    assertThat(admin(node, "/ready").body()).isEqualTo("draining\n");
  }

  @Test
  void metricsGoWithWhatTheyAreOf() throws Exception {
    DataPlane node = sidecar("payments-1", "payments", ANY);
    configure(node);
    await().atMost(Duration.ofSeconds(20)).until(() -> node.readiness() instanceof Readiness.Ready);
    assertThat(callPayments(node)).isEqualTo(200);
    await().until(() -> node.metrics().contains("upstream=\"payments.default\""));
    assertThat(node.metrics()).contains("direction=\"outbound\"");

    agent.remove("outbound", io.envoyproxy.envoy.config.listener.v3.Listener.getDefaultInstance());
    agent.remove(
        "outbound", io.envoyproxy.envoy.config.route.v3.RouteConfiguration.getDefaultInstance());
    agent.remove(
        "payments.default", io.envoyproxy.envoy.config.cluster.v3.Cluster.getDefaultInstance());
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !node.metrics().contains("upstream=\"payments.default\""));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !node.metrics().contains("direction=\"outbound\""));
    assertThat(node.metrics()).contains("upstream=\"inbound|9001\"");
  }

  @Test
  void restartsAndServesWithoutItsAgent() throws Exception {
    DataPlane node = sidecar("payments-1", "payments", ANY);
    configure(node);
    await().atMost(Duration.ofSeconds(60)).until(() -> node.readiness() instanceof Readiness.Ready);
    HostPort outbound = node.bootstrap().outbound().orElseThrow();
    nodes.remove(node);
    node.stop(Duration.ofSeconds(1));
    agent.close();

    DataPlane again = sidecar("payments-1", "payments", outbound);
    await().atMost(Duration.ofSeconds(60)).until(() -> again.serving().containsKey("outbound"));
    assertThat(admin(again, "/config_dump").body()).contains("\"restored\" : true");
  }

  @Test
  void saysWhichPortIsTaken() {
    HostPort taken = applicationAddress();
    assertThatThrownBy(() -> sidecar("payments-1", "payments", taken))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot bind " + taken);
  }
}
