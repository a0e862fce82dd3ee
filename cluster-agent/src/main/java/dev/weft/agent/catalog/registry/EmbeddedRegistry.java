package dev.weft.agent.catalog.registry;

import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.store.ResourceStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The embedded registry as a catalog source: HTTP API, checks and deltas. Its work is done on one
 * Vert.x context; {@link #start} and {@link #close} may be called from any thread.
 */
public final class EmbeddedRegistry implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(EmbeddedRegistry.class.getName());

  /** How often evidence that was renewed without any change is told to the state. */
  private static final long RENEWAL_MILLIS = 1_000;

  private final Vertx vertx;
  private final Registry registry;
  private final CheckRunner checks;
  private final RegistryServer server;
  private final StateWriter state;
  private final Instances instances;
  private final Context context;
  private final String host;
  private final int port;
  private final Set<String> renewed = new HashSet<>();
  private long renewals = -1;

  /**
   * A registry with what the store holds.
   *
   * @param disk runs blocking writes
   * @param monotonicMillis the agent's monotonic clock
   * @param host literal loopback address
   * @param port where the API listens; 0: a free one
   * @param cluster named as the datacenter in answers
   * @throws IllegalArgumentException for an address that is no loopback address
   * @throws IllegalStateException when the store cannot be read
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
    this(
        vertx,
        store,
        disk,
        state,
        monotonicMillis,
        random,
        host,
        port,
        cluster,
        CheckTimings.USUAL);
  }

  EmbeddedRegistry(
      Vertx vertx,
      ResourceStore store,
      Executor disk,
      StateWriter state,
      LongSupplier monotonicMillis,
      RandomGenerator random,
      String host,
      int port,
      String cluster,
      CheckTimings timings) {
    if (!InetAddress.ofLiteral(host).isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "weft.registry.address: "
              + host
              + " is not a loopback address, and the registry has no authentication");
    }
    this.vertx = vertx;
    this.state = state;
    this.host = host;
    this.port = port;
    this.context = vertx.getOrCreateContext();
    this.registry = new Registry(new RegistryFiles(store, disk), monotonicMillis);
    this.checks = new CheckRunner(vertx, registry, random, timings, this::expired);
    String id =
        UUID.nameUUIDFromBytes(("weft:" + cluster).getBytes(StandardCharsets.UTF_8)).toString();
    this.server =
        new RegistryServer(
            vertx, context, registry, new NodeView(cluster, id, host, cluster), random);
    this.instances = new Instances(host, monotonicMillis);
  }

  /** Submits what the store held, begins the checks, and listens; completes with the port. */
  public Future<Integer> start() {
    Promise<Integer> listening = Promise.promise();
    context.runOnContext(nothing -> {
      registry.listen(change -> context.runOnContext(later -> changed(change)));
      Contents contents = registry.contents();
      contents.services().keySet().forEach(this::submit);
      contents.nodeChecks().values().forEach(checks::define);
      contents.entries().values().forEach(entry -> entry.checks().values().forEach(checks::define));
      renewals = vertx.setPeriodic(RENEWAL_MILLIS, id -> submitRenewed());
      server.start(host, port).onComplete(listening);
    });
    return listening.future();
  }

  /** Stops listening and ends the checks; does not wait for it. */
  @Override
  public void close() {
    context.runOnContext(nothing -> {
      vertx.cancelTimer(renewals);
      checks.close();
      server.close();
    });
  }

  private void changed(Change change) {
    switch (change) {
      case Change.OfService of -> submit(of.name());
      case Change.OfNode _ -> registry.contents().services().keySet().forEach(this::submit);
      case Change.CheckDefined(Check check) -> checks.define(check);
      case Change.CheckKept(Check check) -> checks.kept(check);
      case Change.CheckReported(Check check) -> checks.reported(check);
      case Change.CheckRemoved(String id) -> checks.remove(id);
      case Change.Renewed(String name) -> renewed.add(name);
    }
  }

  private void submitRenewed() {
    Set<String> names =
        renewed.contains("") ? registry.contents().services().keySet() : Set.copyOf(renewed);
    renewed.clear();
    names.forEach(this::submit);
  }

  private void submit(String name) {
    renewed.remove(name);
    Contents contents = registry.contents();
    state.submit(
        new Delta.ServiceInstances(
            new ServiceKey("default", name), List.copyOf(instances.of(name, contents))));
  }

  private void expired(Check check) {
    LOG.log(
        System.Logger.Level.INFO,
        "\"{0}\" is deregistered: its check \"{1}\" was critical for too long",
        check.serviceId(),
        check.id());
    CompletableFuture<Void> _ =
        registry
            .change(new Edit.Deregister(check.serviceId()))
            .exceptionally(e -> {
              LOG.log(
                  System.Logger.Level.WARNING,
                  "\"{0}\" could not be deregistered: {1}",
                  check.serviceId(),
                  e.getMessage());
              return null;
            });
  }
}
