package dev.weft.agent.app;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.nio.file.Files;

/** Starts the agent and runs it until it is told to stop. */
@QuarkusMain
public final class AgentMain implements QuarkusApplication {
  private static final String TRAIN = "weft.aot.train";

  /** Called by the JVM. */
  public static void main(String... args) throws IOException {
    if (Boolean.getBoolean(TRAIN)) {
      trainingDefaults();
    }
    Quarkus.run(AgentMain.class, args);
  }

  @Override
  public int run(String... args) {
    if (!Boolean.getBoolean(TRAIN)) {
      Quarkus.waitForExit();
    }
    return 0;
  }

  /**
   * A run that only makes the AOT cache needs no configuration and leaves nothing behind but a
   * temporary directory.
   */
  private static void trainingDefaults() throws IOException {
    setIfAbsent("weft.mesh", "train");
    setIfAbsent("weft.cluster", "train");
    setIfAbsent("weft.data-dir", Files.createTempDirectory("weft-train").toString());
    setIfAbsent("weft.xds.address", "127.0.0.1:0");
    setIfAbsent("weft.registry.address", "127.0.0.1:0");
    setIfAbsent("weft.api.port", "0");
  }

  private static void setIfAbsent(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }
}
