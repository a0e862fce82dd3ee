package dev.weft.agent.catalog.registry;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.store.ResourceStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The embedded registry as a catalog source: HTTP API, checks and deltas. Its work is done on one
 * Vert.x context; {@link #start} and {@link #close} may be called from any thread.
 */
public final class EmbeddedRegistry implements AutoCloseable {
  /** Renewed evidence without any change is told to the state at most so often for each service. */
  private static final long RENEWAL_MILLIS = 1_000;

  private final Registry registry;
  private final CheckRunner checks;
  private final RegistryServer server;
  private final StateWriter state;
  private final LongSupplier monotonicMillis;
  private final Context context;
  private final Map<String, Long> toldAt = new HashMap<>();

  /**
   * A registry with what the store holds.
   *
   * @param disk runs blocking writes
   * @param monotonicMillis the agent's monotonic clock
   * @param host literal loopback address
   * @param port where the API listens; 0: a free one
   * @param cluster named as the datacenter in answers
   */
  public EmbeddedRegistry(
      Vertx vertx,
      ResourceStore store,
      Executor disk,
      StateWriter state,
      LongSupplier monotonicMillis,
      RandomGenerator random,
      String host,
      int port,
      String cluster) {
    this.context = vertx.getOrCreateContext();
    this.registry = new Registry(new RegistryFiles(store, disk), monotonicMillis);
    this.checks = new CheckRunner(vertx, registry, random);
    this.server = new RegistryServer(vertx, context, registry, checks, host, port, cluster);
    this.state = state;
    this.monotonicMillis = monotonicMillis;
  }

  /** Submits what the store held, begins the checks, and listens; completes with the port. */
  public Future<Integer> start() {
    registry.listen(change -> context.runOnContext(nothing -> changed(change)));
    context.runOnContext(nothing -> {
      Contents contents = registry.contents();
      contents.registrations().values().stream()
          .map(Registration::name)
          .distinct()
          .forEach(this::submit);
      contents.checks().values().forEach(checks::define);
    });
    Promise<Integer> port = Promise.promise();
    context.runOnContext(nothing -> server.start().onComplete(port));
    return port.future();
  }

  /** Stops listening and ends the checks; does not wait for it. */
  @Override
  public void close() {
    context.runOnContext(nothing -> {
      checks.close();
      server.close();
    });
  }

  private void changed(Registry.Change change) {
    switch (change) {
      case Registry.Change.Service(String name) -> submit(name);
      case Registry.Change.CheckDefined(Check check) -> checks.define(check);
      case Registry.Change.CheckRemoved(String id) -> checks.remove(id);
      case Registry.Change.Renewed(String name) -> {
        if (monotonicMillis.getAsLong() - toldAt.getOrDefault(name, Long.MIN_VALUE / 2)
            >= RENEWAL_MILLIS) {
          submit(name);
        }
      }
    }
  }

  private void submit(String name) {
    toldAt.put(name, monotonicMillis.getAsLong());
    Contents contents = registry.contents();
    List<Instance> instances = new ArrayList<>();
    for (Registration entry : contents.named(name)) {
      if (entry.port() > 0) {
        instances.add(instance(entry, contents.checksOf(entry.id())));
      }
    }
    if (instances.isEmpty()) {
      toldAt.remove(name);
    }
    state.submit(new Delta.ServiceInstances(new ServiceKey("default", name), instances));
  }

  private Instance instance(Registration entry, List<Check> own) {
    return new Instance(
        entry.id(),
        new ServiceKey("default", entry.name()),
        new Address(entry.address().isEmpty() ? "127.0.0.1" : entry.address(), entry.port()),
        entry.settings().weight(),
        entry.meta(),
        entry.tags(),
        entry.settings().values(),
        evidence(own));
  }

  private Evidence evidence(List<Check> own) {
    if (own.isEmpty()) {
      return new Evidence(
          Evidence.Health.PASSING,
          Evidence.Source.REGISTRATION,
          "registered without a check",
          monotonicMillis.getAsLong());
    }
    Check worst = own.stream().max(Comparator.comparing(Check::status)).orElseThrow();
    long oldest = own.stream().mapToLong(Check::renewedAtMillis).min().orElseThrow();
    Evidence.Health value =
        switch (worst.status()) {
          case PASSING -> Evidence.Health.PASSING;
          case WARNING -> Evidence.Health.WARNING;
          case CRITICAL -> Evidence.Health.CRITICAL;
        };
    boolean restored = own.stream().anyMatch(Check::restored);
    String output = worst.output();
    return new Evidence(
        value,
        restored ? Evidence.Source.RESTORED : Evidence.Source.REGISTRY_CHECK,
        output.length() <= 512 ? output : output.substring(0, 512),
        oldest);
  }
}
