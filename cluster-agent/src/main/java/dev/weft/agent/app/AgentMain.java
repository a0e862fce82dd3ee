package dev.weft.agent.app;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Starts the agent and runs it until it is told to stop. */
@QuarkusMain
public final class AgentMain implements QuarkusApplication {
  /** Called by the JVM. */
  public static void main(String... args) {
    Quarkus.run(AgentMain.class, args);
  }

  @Override
  public int run(String... args) {
    Quarkus.waitForExit();
    return 0;
  }
}
