package dev.weft.policy.server;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Starts the policy server and runs it until it is told to stop. */
@QuarkusMain
public final class PolicyServer implements QuarkusApplication {
  /** Called by the JVM. */
  public static void main(String... args) {
    Quarkus.run(PolicyServer.class, args);
  }

  @Override
  public int run(String... args) {
    Quarkus.waitForExit();
    return 0;
  }
}
