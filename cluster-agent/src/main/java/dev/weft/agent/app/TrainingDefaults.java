package dev.weft.agent.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;

/**
 * A run that makes the AOT cache needs no configuration: it listens on free ports and keeps its
 * data in a temporary directory. Used before Quarkus has set up logging, so nothing here may touch
 * a logger.
 */
final class TrainingDefaults {
  static final String REGISTRY = "weft.registry.address";
  static final String HTTP_PORT = "quarkus.http.port";
  private static final String SWITCH = "weft.aot.train";

  private TrainingDefaults() {}

  /** Whether this is such a run. */
  static boolean wanted() {
    return Boolean.getBoolean(SWITCH);
  }

  /** To be called before Quarkus starts: what is not configured is filled in. */
  static void fill() throws IOException {
    setIfAbsent("weft.mesh", "train");
    setIfAbsent("weft.cluster", "train");
    setIfAbsent("weft.data-dir", Files.createTempDirectory("weft-train").toString());
    setIfAbsent("weft.xds.address", "127.0.0.1:0");
    setIfAbsent(REGISTRY, "127.0.0.1:" + freePort());
    System.setProperty(HTTP_PORT, Integer.toString(freePort()));
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static void setIfAbsent(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }
}
