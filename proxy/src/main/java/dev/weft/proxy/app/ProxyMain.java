package dev.weft.proxy.app;

import dev.weft.proxy.bootstrap.Bootstrap;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Starts the sidecar and runs it until it is told to stop. */
@QuarkusMain
public final class ProxyMain implements QuarkusApplication {
  /** Called by the JVM. */
  public static void main(String... args) {
    FirstSettings.apply();
    Quarkus.run(ProxyMain.class, args);
  }

  @Override
  public int run(String... args) {
    return NodeMain.run(Bootstrap.Role.SIDECAR, () -> NodeParts.NONE, Quarkus::waitForExit);
  }
}
