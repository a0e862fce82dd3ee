package dev.weft.proxy.app;

import dev.weft.proxy.bootstrap.Bootstrap;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;

/** Starts the sidecar and runs it until it is told to stop. */
@QuarkusMain
public final class ProxyMain implements QuarkusApplication {
  private final Vertx vertx;

  @Inject
  ProxyMain(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Called by the JVM. */
  public static void main(String... args) {
    Quarkus.run(ProxyMain.class, args);
  }

  @Override
  public int run(String... args) {
    return NodeMain.run(Bootstrap.Role.SIDECAR, vertx, () -> NodeParts.NONE, Quarkus::waitForExit);
  }
}
