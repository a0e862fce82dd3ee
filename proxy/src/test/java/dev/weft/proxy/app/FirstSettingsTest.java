package dev.weft.proxy.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;
import org.junit.jupiter.api.Test;

/** In a JVM of its own: what was loaded there is the point. */
final class FirstSettingsTest {
  private static final String PROPERTY = "java.util.logging.manager";
  private static final String FRAMEWORKS = "org.jboss.logmanager.LogManager";

  /** Does what a main does, and then what the framework does. */
  static final class Main {
    private Main() {}

    public static void main(String... args) {
      FirstSettings.apply();
      System.setProperty(PROPERTY, FRAMEWORKS);
      if (!LogManager.getLogManager().getClass().getName().equals(FRAMEWORKS)) {
        throw new IllegalStateException(LogManager.getLogManager().getClass().getName());
      }
    }
  }

  @Test
  void theFrameworksLogManagerCanStillBeNamedAfterThem() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName())
            .redirectErrorStream(true)
            .start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(said).isZero();
    } finally {
      process.destroyForcibly();
    }
  }
}
