package dev.weft.gateway.app;

import dev.weft.proxy.app.NodeMain;
import dev.weft.proxy.bootstrap.Bootstrap;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;

/** Starts the gateway and runs it until it is told to stop. */
@QuarkusMain
public final class GatewayMain implements QuarkusApplication {
  private final Vertx vertx;

  @Inject
  GatewayMain(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Called by the JVM. */
  public static void main(String... args) {
    Quarkus.run(GatewayMain.class, args);
  }

  @Override
  public int run(String... args) {
    if (Boolean.getBoolean("weft.aot.train")) {
      return 0;
    }
    return NodeMain.run(Bootstrap.Role.GATEWAY, vertx, GatewayParts::new, Quarkus::waitForExit);
  }
}
