package dev.weft.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.cli.demo.sample.ExecutionLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Both clusters, from the first process to the last. One thread, but for {@link #close}, which any
 * thread may call once.
 */
final class World implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** While everything starts each question takes time from what is asked for. */
  private static final long START_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Layout layout;
  private final Screen screen;
  private final List<RunningCluster> clusters;

  private World(Layout layout, Screen screen, List<RunningCluster> clusters) {
    this.layout = layout;
    this.screen = screen;
    this.clusters = clusters;
  }

  /**
   * Starts both agents.
   *
   * @param installation what a cluster's programs are started from
   * @param consul a Consul binary to use instead of the embedded registry
   */
  static World begin(
      Function<Layout.Cluster, Installation> installation,
      Layout layout,
      Screen screen,
      @Nullable Path consul)
      throws IOException {
    List<RunningCluster> clusters = new ArrayList<>();
    World world = new World(layout, screen, clusters);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(world::close));
    for (Layout.Cluster cluster : layout.clusters()) {
      clusters.add(RunningCluster.start(installation.apply(cluster), layout, cluster, consul));
    }
    return world;
  }

  /**
   * Starts everything else, registers, and waits until both clusters see each other and every
   * {@code orders} has an answer of {@code payments}.
   */
  void complete() throws IOException {
    for (RunningCluster cluster : clusters) {
      awaitStart(
          cluster.plan().name() + "'s agent", () -> cluster.api().answers("/api/v1/clusters"));
      awaitStart(
          cluster.plan().name() + "'s registry",
          () -> cluster.registry().answers("/v1/status/leader"));
      cluster.startWorkloads();
      screen.event(
          cluster.plan().name() + ": agent up, gateway, sidecars and applications starting");
    }
    for (RunningCluster cluster : clusters) {
      cluster.configure(layout.peerOf(cluster.plan()).name(), layout.perTry());
    }
    for (RunningCluster cluster : clusters) {
      awaitStart(
          "payments in both clusters, as " + cluster.plan().name() + " sees it",
          () -> healthy(cluster) >= layout.payments());
      screen.event(cluster.plan().name() + ": payments healthy in both clusters");
    }
    for (RunningCluster cluster : clusters) {
      for (Layout.Instance orders : cluster.plan().orders()) {
        Api application = new Api(orders.appPort(), layout.directory().resolve("no-token"));
        awaitStart("an answer of " + orders.label(), () -> application.answers("/orders"));
      }
    }
  }

  RunningCluster east() {
    return clusters.get(0);
  }

  List<RunningCluster> clusters() {
    return clusters;
  }

  Layout layout() {
    return layout;
  }

  /**
   * Waits for the condition; throws {@link DemoException} with the dead children's last words when
   * it does not come.
   */
  void await(String what, BooleanSupplier condition) {
    await(what, condition, POLL_NANOS);
  }

  private void awaitStart(String what, BooleanSupplier condition) {
    await(what, condition, START_POLL_NANOS);
  }

  private void await(String what, BooleanSupplier condition, long pollNanos) {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(pollNanos);
      if (System.nanoTime() > deadline) {
        throw new DemoException("gave up waiting for " + what + lastWords());
      }
    }
  }

  /** What each instance of payments executed, by label. */
  Map<String, List<ExecutionLog.Entry>> executed() throws IOException {
    Map<String, List<ExecutionLog.Entry>> executed = new HashMap<>();
    for (RunningCluster cluster : clusters) {
      for (RunningInstance instance : cluster.payments()) {
        executed.put(instance.plan().label(), instance.executed());
      }
    }
    return executed;
  }

  /** Ends every process. */
  @Override
  public void close() {
    List<Child> children =
        clusters.stream().flatMap(c -> c.children().stream()).filter(Child::alive).toList();
    // Stopped ones would not hear SIGTERM, and nothing here is worth saving.
    children.forEach(Child::kill);
  }

  /** How many instances of payments may take traffic, as the cluster sees it. */
  private static int healthy(RunningCluster cluster) {
    try {
      JsonNode service = cluster.api().send("GET", "/api/v1/services/default/payments", "");
      int healthy = 0;
      for (JsonNode instance : service.path("instances")) {
        boolean passing =
            instance.path("health").path("value").asText().equalsIgnoreCase("passing");
        String state = instance.path("join").path("state").asText("joined");
        boolean joined = state.equals("joined") || state.equals("imported");
        healthy += passing && joined ? 1 : 0;
      }
      return healthy;
    } catch (IOException | DemoException e) {
      return 0;
    }
  }

  private String lastWords() {
    StringBuilder text = new StringBuilder();
    for (RunningCluster cluster : clusters) {
      for (Child child : cluster.children()) {
        if (!child.alive()) {
          text.append("\n--- ")
              .append(cluster.plan().name())
              .append(' ')
              .append(child.name())
              .append(" ended:\n")
              .append(child.tail());
        }
      }
    }
    return text.append("\nLogs are under ").append(layout.directory()).toString();
  }
}
