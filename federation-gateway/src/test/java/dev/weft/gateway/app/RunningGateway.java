package dev.weft.gateway.app;

import static org.awaitility.Awaitility.await;

import dev.weft.proxy.app.DataPlane;
import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.lifecycle.Readiness;
import dev.weft.proxy.tls.TestPki;
import dev.weft.proxy.xds.FakeControlPlane;
import dev.weft.proxy.xds.parse.SampleResources;
import io.grpc.BindableService;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A gateway and the agent of its cluster, in this process, on real sockets. */
final class RunningGateway implements AutoCloseable {

  private static final HostPort ANY = new HostPort("127.0.0.1", 0);

  private final Vertx vertx;
  private final FakeControlPlane agent;
  private final DataPlane node;

  private RunningGateway(Vertx vertx, FakeControlPlane agent, DataPlane node) {
    this.vertx = vertx;
    this.agent = agent;
    this.node = node;
  }

  /**
   * Starts a gateway with its east-west listener and waits until it serves.
   *
   * @param bundles PEM roots by trust domain
   * @param further services of the agent
   */
  static RunningGateway start(
      String cluster,
      TestPki pki,
      Map<String, String> bundles,
      Path directory,
      BindableService... further)
      throws IOException {
    FakeControlPlane agent = FakeControlPlane.start(pki, cluster + ".demo", further);
    Path own = Files.createDirectories(directory.resolve(cluster));
    Files.writeString(own.resolve("roots.pem"), pki.bundlePem());
    Files.writeString(own.resolve("token"), "join");
    agent.put("trust-bundles", SampleResources.trustBundles(bundles));
    Bootstrap bootstrap =
        new Bootstrap(
            new Bootstrap.Node(
                "gateway-1", cluster, "demo", "weft-system", "gateway", Bootstrap.Role.GATEWAY),
            new Bootstrap.Agent(
                List.of(agent.address()),
                own.resolve("roots.pem"),
                Optional.of(own.resolve("token"))),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Bootstrap.EastWest(ANY, ANY)),
            ANY,
            own.resolve("data"),
            1,
            Optional.empty());
    Vertx vertx = Vertx.vertx();
    DataPlane node = DataPlane.start(bootstrap, vertx, new GatewayParts());
    RunningGateway gateway = new RunningGateway(vertx, agent, node);
    agent.put("agent", GatewayResources.agent(agent.address()));
    agent.put("export|payments.default", GatewayResources.export());
    agent.put("export|payments.default", GatewayResources.instances());
    agent.put("east-west", GatewayResources.eastWest(cluster, gateway.address()));
    await().atMost(Duration.ofSeconds(60)).until(() -> node.readiness() instanceof Readiness.Ready);
    return gateway;
  }

  /** Where peers reach it. */
  HostPort address() {
    return node.bootstrap().eastWest().orElseThrow().address();
  }

  /** Sends it another resource. */
  FakeControlPlane agent() {
    return agent;
  }

  /** Its metrics in Prometheus' text form. */
  String metrics() throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + node.adminPort() + "/metrics"))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  @Override
  public void close() {
    node.stop(Duration.ofMillis(200));
    agent.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
