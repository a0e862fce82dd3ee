package dev.weft.agent.app;

import dev.weft.agent.api.ApiContext;
import dev.weft.agent.api.CaContext;
import dev.weft.agent.attest.JoinTokens;
import dev.weft.agent.state.StateOwner;
import dev.weft.agent.store.ResourceStore;
import dev.weft.agent.telemetry.GatewayProbes;
import dev.weft.agent.xds.XdsServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * Starts the agent before Quarkus opens the HTTP port, and ends it. What the REST API needs is
 * produced from here: the one place where CDI meets the agent's own constructors.
 */
@Singleton
final class AgentLifecycle {
  private @Nullable Agent agent;

  void start(
      @Observes StartupEvent event,
      AgentConfig config,
      Config raw,
      Vertx vertx,
      MeterRegistry meters)
      throws IOException {
    List<String> problems = new ArrayList<>(UnknownKeys.in(raw));
    switch (AgentSettings.read(config)) {
      case AgentSettings.Result.Invalid(List<String> found) -> {
        problems.addAll(found);
        throw new ConfigRefused(problems);
      }
      case AgentSettings.Result.Valid(AgentSettings settings) -> {
        if (!problems.isEmpty()) {
          throw new ConfigRefused(problems);
        }
        agent = Agent.start(settings, vertx, meters);
      }
    }
  }

  void stop(@Observes ShutdownEvent event) {
    Agent running = agent;
    if (running != null) {
      running.close();
    }
  }

  @Produces
  @Singleton
  AgentSettings settings() {
    return running().settings;
  }

  @Produces
  @Singleton
  StateOwner state() {
    return running().state;
  }

  @Produces
  @Singleton
  JoinTokens tokens() {
    return running().tokens;
  }

  @Produces
  @Singleton
  ResourceStore store() {
    return running().store;
  }

  @Produces
  @Singleton
  GatewayProbes probes() {
    return running().probes;
  }

  @Produces
  @Singleton
  XdsServer xds() {
    return running().xds;
  }

  @Produces
  @Singleton
  ApiContext api() {
    return running().api;
  }

  @Produces
  @Singleton
  CaContext ca() {
    return running().ca;
  }

  /** The agent, once it is started. */
  Agent running() {
    Agent running = agent;
    if (running == null) {
      throw new IllegalStateException("asked before the agent was started");
    }
    return running;
  }
}
