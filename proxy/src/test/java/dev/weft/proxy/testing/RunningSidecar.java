package dev.weft.proxy.testing;

import static org.awaitility.Awaitility.await;

import dev.weft.proxy.app.DataPlane;
import dev.weft.proxy.app.NodeParts;
import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.lifecycle.Readiness;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A whole sidecar in this process, on real sockets, of whatever agent it is told. */
public final class RunningSidecar implements AutoCloseable {
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);

  private final DataPlane node;

  private RunningSidecar(DataPlane node) {
    this.node = node;
  }

  /**
   * What it asks for configuration and its certificate.
   *
   * @param roots of its trust domain, as PEM
   * @param token for the first certificate
   */
  public record Agent(HostPort address, String roots, String token) {}

  /**
   * Starts it; it serves when its agent has told it what.
   *
   * @param own a directory for its files, made when it is not there
   * @param applications what it fronts
   */
  public static RunningSidecar start(
      Path own, Bootstrap.Node node, Agent agent, List<HostPort> applications, Vertx vertx)
      throws IOException {
    Files.createDirectories(own);
    return new RunningSidecar(
        DataPlane.start(
            new Bootstrap(
                node,
                new Bootstrap.Agent(
                    List.of(agent.address()),
                    Files.writeString(own.resolve("roots.pem"), agent.roots()),
                    Optional.of(Files.writeString(own.resolve("token"), agent.token()))),
                Optional.of(new Bootstrap.Inbound(ANY, applications)),
                Optional.of(ANY),
                Optional.empty(),
                ANY,
                own.resolve("data"),
                1,
                Optional.of(own.resolve("access.log").toString())),
            vertx,
            NodeParts.NONE));
  }

  /** Where peers reach it. */
  public HostPort inbound() {
    return node.bootstrap().inbound().orElseThrow().address();
  }

  /** Where its application reaches it. */
  public HostPort outbound() {
    return node.bootstrap().outbound().orElseThrow();
  }

  /** Waits until it serves its application. */
  public void awaitReady() {
    await().atMost(Duration.ofSeconds(60)).until(() -> node.readiness() instanceof Readiness.Ready);
  }

  /** Waits until it serves its peers. */
  public void awaitInbound() {
    await().atMost(Duration.ofSeconds(60)).until(() -> node.serving().containsKey("inbound"));
  }

  /** Its metrics in Prometheus' text form. */
  public String metrics() {
    return node.metrics();
  }

  @Override
  public void close() {
    node.stop(Duration.ofMillis(200));
  }
}
