package dev.weft.proxy.app;

import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.bootstrap.BootstrapFile;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * What the mains of sidecar and gateway have in common: find the bootstrap file, start, run until
 * told to stop, drain, leave with 0. Failing to start is exit code 1, with the reason in the log.
 */
public final class NodeMain {
  private static final Logger LOG = Logger.getLogger(NodeMain.class);
  private static final Duration DRAIN = Duration.ofSeconds(5);

  private NodeMain() {}

  /**
   * Runs a node.
   *
   * @param waitForExit blocks until the process is told to stop
   * @return the exit code
   */
  public static int run(Bootstrap.Role role, Supplier<NodeParts> parts, Runnable waitForExit) {
    // Not the framework's: that one closes at the first signal, and a node that drains still
    // answers.
    Vertx vertx = vertx();
    Optional<Path> file = bootstrapFile();
    if (file.isEmpty()) {
      LOG.error("no bootstrap file: set -Dweft.bootstrap=FILE or WEFT_BOOTSTRAP=FILE");
      return 1;
    }
    DataPlane node;
    try {
      Bootstrap bootstrap = BootstrapFile.read(file.get());
      if (bootstrap.node().role() != role) {
        LOG.errorf("node.role: this program is a %s", role.label());
        return 1;
      }
      node = DataPlane.start(bootstrap, vertx, parts.get());
    } catch (BootstrapException | IOException e) {
      LOG.error(e.getMessage());
      return 1;
    }
    // A JVM that ends by SIGTERM reports 143 by itself. A node that drained has done what it was
    // asked for: that is 0.
    Thread end =
        new Thread(
            () -> {
              try {
                node.stop(DRAIN);
              } finally {
                Runtime.getRuntime().halt(0);
              }
            },
            "weft-end");
    Runtime.getRuntime().addShutdownHook(end);
    waitForExit.run();
    // Only the hook ends a node: what runs in parallel waits for it.
    try {
      end.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  private static Vertx vertx() {
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(1)
            .setWorkerPoolSize(1)
            .setInternalBlockingPoolSize(1)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }

  private static Optional<Path> bootstrapFile() {
    String property = System.getProperty("weft.bootstrap", System.getenv("WEFT_BOOTSTRAP"));
    return property == null || property.isBlank()
        ? Optional.empty()
        : Optional.of(Path.of(property));
  }
}
