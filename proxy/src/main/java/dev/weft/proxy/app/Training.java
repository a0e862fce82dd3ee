package dev.weft.proxy.app;

import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.bootstrap.DataDirectory;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.lifecycle.Readiness;
import dev.weft.proxy.tls.TrainingIdentity;
import dev.weft.proxy.transport.PortReservation;
import dev.weft.proxy.xds.TrainingConfiguration;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The run that an AOT cache is made from ({@code -Dweft.aot.train=true}): a whole sidecar in a
 * directory of its own, on free ports, that restarts from its disk and calls itself over mutual TLS
 * a few times.
 */
final class Training {
  private static final Logger LOG = Logger.getLogger(Training.class);
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);
  private static final int REQUESTS = 200;
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);
  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
          .getBytes(StandardCharsets.US_ASCII);

  private Training() {}

  /** Returns the exit code. */
  static int run(Vertx vertx, NodeParts parts) {
    try {
      Path directory = Files.createTempDirectory("weft-training");
      // Held while the node runs, which shares them: nobody else is given one in between.
      try (ServerSocket application = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
          PortReservation agent = PortReservation.of(ANY);
          PortReservation inbound = PortReservation.of(ANY);
          PortReservation outbound = PortReservation.of(ANY)) {
        Thread.ofPlatform().daemon().name("weft-training").start(() -> serve(application));
        return run(
            vertx,
            parts,
            directory,
            application.getLocalPort(),
            agent.address(),
            inbound.address(),
            outbound.address());
      } finally {
        delete(directory);
      }
    } catch (IOException e) {
      LOG.errorf("training failed: %s", e.getMessage());
      return 1;
    }
  }

  /**
   * @param agent where nobody listens: the node runs from its disk
   */
  private static int run(
      Vertx vertx,
      NodeParts parts,
      Path directory,
      int application,
      HostPort agent,
      HostPort inbound,
      HostPort outbound)
      throws IOException {
    Bootstrap.Node node =
        new Bootstrap.Node(
            "training", "training", "mesh", "default", "application", Bootstrap.Role.SIDECAR);
    DataDirectory data = DataDirectory.open(directory);
    String roots = TrainingIdentity.write(data, node.identity(), Instant.now(), new SecureRandom());
    TrainingConfiguration.write(
        data,
        node.identity().uri(),
        Map.of(
            "TRUST_DOMAIN", node.trustDomain().name(),
            "ROOTS", roots,
            "IDENTITY", node.identity().uri(),
            "APPLICATION", Integer.toString(application),
            "INBOUND", Integer.toString(inbound.port()),
            "OUTBOUND", Integer.toString(outbound.port())));
    Bootstrap bootstrap =
        new Bootstrap(
            node,
            new Bootstrap.Agent(List.of(agent), directory.resolve("none"), Optional.empty()),
            Optional.of(new Bootstrap.Inbound(inbound, List.of())),
            Optional.of(outbound),
            Optional.empty(),
            ANY,
            directory,
            1,
            Optional.of(directory.resolve("access.log").toString()));
    DataPlane plane = DataPlane.start(bootstrap, vertx, parts);
    try {
      if (!becomesReady(plane)) {
        LOG.error("training failed: the node did not become ready");
        return 1;
      }
      return call(outbound) && !plane.metrics().isEmpty() ? 0 : 1;
    } finally {
      plane.stop(Duration.ofSeconds(1));
    }
  }

  private static boolean becomesReady(DataPlane plane) {
    long end = System.nanoTime() + PATIENCE;
    while (System.nanoTime() - end < 0) {
      if (plane.readiness() instanceof Readiness.Ready) {
        return true;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
    return false;
  }

  private static boolean call(HostPort outbound) throws IOException {
    int answered = 0;
    for (int i = 0; i < REQUESTS; i++) {
      String method = i % 4 == 0 ? "POST" : "GET";
      String request =
          method
              + " /"
              + i
              + " HTTP/1.1\r\nHost: application.mesh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      try (Socket socket = new Socket(outbound.host(), outbound.port())) {
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String answer =
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        answered += answer.startsWith("HTTP/1.1 200") ? 1 : 0;
      }
    }
    LOG.infof("training: %d of %d requests answered", answered, REQUESTS);
    return answered > REQUESTS / 2;
  }

  private static void serve(ServerSocket application) {
    try {
      while (true) {
        try (Socket socket = application.accept()) {
          byte[] head = new byte[4096];
          if (socket.getInputStream().read(head) > 0) {
            socket.getOutputStream().write(ANSWER);
          }
        }
      }
    } catch (IOException e) {
      // The run is over.
      LOG.debugf("training application: %s", e.getMessage());
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(Training::deleteOne);
    }
  }

  private static void deleteOne(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
