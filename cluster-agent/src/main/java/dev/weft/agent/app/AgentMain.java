package dev.weft.agent.app;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.inject.Inject;
import java.io.IOException;

/** Starts the agent and runs it until it is told to stop. */
@QuarkusMain
public final class AgentMain implements QuarkusApplication {
  private final AgentLifecycle lifecycle;

  @Inject
  AgentMain(AgentLifecycle lifecycle) {
    this.lifecycle = lifecycle;
  }

  /** Called by the JVM. */
  public static void main(String... args) throws IOException {
    if (TrainingDefaults.wanted()) {
      TrainingDefaults.fill();
    }
    Quarkus.run(AgentMain.class, args);
  }

  @Override
  public int run(String... args) {
    if (TrainingDefaults.wanted()) {
      Training.run(lifecycle.running());
    } else {
      Quarkus.waitForExit();
    }
    return 0;
  }
}
