package dev.weft.agent.catalog.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshStateBuilder;
import dev.weft.agent.state.StateOwner;
import dev.weft.agent.store.ResourceStore;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Consul, watched. */
class ConsulSourceTest {
  @TempDir Path directory;
  private final Vertx vertx = Vertx.vertx();
  private Map<String, List<Instance>> state = new ConcurrentHashMap<>();
  private final List<String> emptied = new CopyOnWriteArrayList<>();
  private TestConsul consul;
  private ConsulSource source;

  @BeforeEach
  void start() throws Exception {
    consul = new TestConsul(directory);
    source = source(Map.of());
    source.start();
    consul.put(
        "/v1/agent/service/register",
        """
        {"ID": "web-1", "Name": "web", "Address": "127.0.0.1", "Port": 8080,
         "Meta": {"protocol": "grpc"}, "Check": {"CheckID": "beat", "TTL": "1h", "Status": "passing"}}
        """);
    await().atMost(Duration.ofSeconds(40)).until(() -> health() == Evidence.Health.PASSING);
  }

  @AfterEach
  void stop() throws Exception {
    source.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    consul.close();
  }

  @Test
  void instancesAndTheirHealthFollow() throws Exception {
    Instance instance = state.get("web").getFirst();
    assertThat(instance.address()).isEqualTo(new Address("127.0.0.1", 8080));
    assertThat(instance.settings()).containsEntry("protocol", "grpc");
    assertThat(instance.evidence().source()).isEqualTo(Evidence.Source.CONSUL_CHECK);
    assertThat(state).doesNotContainKey("consul");

    consul.put("/v1/agent/check/fail/beat?note=broken", "");
    await().atMost(Duration.ofSeconds(40)).until(() -> health() == Evidence.Health.CRITICAL);
    assertThat(state.get("web").getFirst().evidence().detail()).contains("broken");
    consul.put("/v1/agent/service/deregister/web-1", "");
    await().atMost(Duration.ofSeconds(40)).until(() -> state.get("web").isEmpty());
  }

  @Test
  void evidenceIsRenewedWhileNothingChangesAndGrowsOldWhileConsulHangs() throws Exception {
    long first = evidence().atMillis();
    await().atMost(Duration.ofSeconds(40)).until(() -> evidence().atMillis() > first + 3_000);

    consul.signal("STOP");
    await().atMost(Duration.ofSeconds(40)).until(() -> now() - evidence().atMillis() > 6_000);
    assertThat(evidence().value()).isEqualTo(Evidence.Health.PASSING);
    consul.signal("CONT");
    await().atMost(Duration.ofSeconds(40)).until(() -> now() - evidence().atMillis() < 2_500);
    assertThat(emptied).isEmpty();
  }

  @Test
  void theLastCatalogStaysWhileConsulIsKilledAndStartedAgain() throws Exception {
    consul.kill();
    long killed = now();
    await().atMost(Duration.ofSeconds(10)).until(() -> now() - killed > 3_000);
    // An answer of before may have been worked on for a moment.
    assertThat(evidence().atMillis()).isLessThan(killed + 2_500);
    consul.start();

    await().atMost(Duration.ofSeconds(40)).until(() -> evidence().atMillis() > killed + 3_000);
    consul.put("/v1/agent/check/warn/beat", "");
    await().atMost(Duration.ofSeconds(40)).until(() -> health() == Evidence.Health.WARNING);
    assertThat(emptied).isEmpty();
  }

  @Test
  void aConsulThatLostItsDataIsBelievedAfterAWhileAndWatchedFromItsNewIndex() throws Exception {
    // An index that is higher than the new one will be.
    for (int i = 0; i < 30; i++) {
      consul.put("/v1/agent/check/" + (i % 2 == 0 ? "warn" : "pass") + "/beat", "");
    }
    consul.kill();
    consul.forget();
    consul.start();
    consul.put("/v1/agent/service/register", "{\"Name\": \"api\", \"Port\": 1}");

    await().atMost(Duration.ofSeconds(40)).until(() -> state.containsKey("api"));
    await().atMost(Duration.ofSeconds(40)).until(() -> state.get("web").isEmpty());
    consul.put("/v1/agent/service/register", "{\"Name\": \"later\", \"Port\": 1}");
    await().atMost(Duration.ofSeconds(40)).until(() -> state.containsKey("later"));
  }

  @Test
  void anAgentThatRestartsWhileConsulIsAwayServesTheLastCatalogMarkedAsRestored() throws Exception {
    consul.put("/v1/agent/service/register", "{\"Name\": \"api\", \"Port\": 1}");
    await().until(() -> state.containsKey("api"));
    source.close();
    try (StateOwner owner = owner();
        CatalogArchive archive =
            new CatalogArchive(new ResourceStore(directory), ConsulSourceTest::now)) {
      archive.load();
      state.forEach((name, instances) ->
          owner.submit(new Delta.ServiceInstances(new ServiceKey("default", name), instances)));
      owner.settle().toCompletableFuture().join();
      archive.follow(owner);
      owner.settle().toCompletableFuture().join();
    }
    consul.kill();

    try (CatalogArchive archive =
        new CatalogArchive(new ResourceStore(directory), ConsulSourceTest::now)) {
      Map<ServiceKey, List<Instance>> kept = archive.load();
      source = source(kept);
      source.start();
      assertThat(state).containsOnlyKeys("web", "api");
      assertThat(evidence().source()).isEqualTo(Evidence.Source.RESTORED);
      assertThat(health()).isEqualTo(Evidence.Health.PASSING);
      assertThat(state.get("web").getFirst().address()).isEqualTo(new Address("127.0.0.1", 8080));
      assertThat(source.complete().toCompletableFuture()).isNotDone();

      consul.start();
      consul.put("/v1/agent/service/deregister/api", "");
      consul.put("/v1/agent/check/warn/beat", "");
      await().until(() -> health() == Evidence.Health.WARNING);
      assertThat(evidence().source()).isEqualTo(Evidence.Source.CONSUL_CHECK);
      await().until(() -> state.get("api").isEmpty());
      await().until(() -> source.complete().toCompletableFuture().isDone());
    }
  }

  private static StateOwner owner() {
    return new StateOwner(
        new MeshStateBuilder().build().local(),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        ConsulSourceTest::now);
  }

  /** A source, and what it says from its beginning. */
  private ConsulSource source(Map<ServiceKey, List<Instance>> restored) {
    Map<String, List<Instance>> told = new ConcurrentHashMap<>();
    state = told;
    return new ConsulSource(
        vertx,
        ConsulOptions.of(consul.url(), Optional.empty()),
        restored,
        delta -> {
          if (delta instanceof Delta.ServiceInstances instances) {
            told.put(instances.service().name(), instances.instances());
            if (instances.instances().isEmpty()) {
              emptied.add(instances.service().name());
            }
          }
        },
        ConsulSourceTest::now,
        new SplittableRandom(7));
  }

  private Evidence evidence() {
    return state.get("web").getFirst().evidence();
  }

  private Evidence.Health health() {
    List<Instance> instances = state.getOrDefault("web", List.of());
    return instances.isEmpty() ? Evidence.Health.UNKNOWN : evidence().value();
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }
}
