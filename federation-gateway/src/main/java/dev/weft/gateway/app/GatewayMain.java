package dev.weft.gateway.app;

import dev.weft.proxy.app.FirstSettings;
import dev.weft.proxy.app.NodeMain;
import dev.weft.proxy.bootstrap.Bootstrap;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Starts the gateway and runs it until it is told to stop. */
@QuarkusMain
public final class GatewayMain implements QuarkusApplication {
  /** Called by the JVM. */
  public static void main(String... args) {
    FirstSettings.apply();
    Quarkus.run(GatewayMain.class, args);
  }

  @Override
  public int run(String... args) {
    return NodeMain.run(Bootstrap.Role.GATEWAY, GatewayParts::new, Quarkus::waitForExit);
  }
}
