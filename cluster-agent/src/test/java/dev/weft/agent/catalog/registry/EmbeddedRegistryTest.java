package dev.weft.agent.catalog.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.store.ResourceStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way from a client's call to the mesh's state, over real sockets. */
class EmbeddedRegistryTest {
  @TempDir Path directory;
  private TestRegistry registry;
  private TestTarget target;

  @BeforeEach
  void start() throws Exception {
    registry = new TestRegistry(directory);
    target = new TestTarget();
  }

  @AfterEach
  void stop() {
    registry.close();
    target.close();
  }

  @Test
  void anInstanceThatAnswersIsPassingAfterItsRegistration() {
    register("web-1", "\"Meta\": {\"protocol\": \"grpc\", \"weft-weight\": \"3\"},");

    await().until(() -> health("web") == Evidence.Health.PASSING);
    Instance instance = registry.instances("web").getFirst();
    assertThat(instance.id()).isEqualTo("web-1");
    assertThat(instance.address()).isEqualTo(new Address("127.0.0.1", target.port()));
    assertThat(instance.weight()).isEqualTo(3);
    assertThat(instance.settings()).containsEntry("protocol", "grpc");
    assertThat(instance.evidence().source()).isEqualTo(Evidence.Source.REGISTRY_CHECK);
    assertThat(instance.evidence().detail()).contains("200 OK").endsWith("fine");
  }

  @Test
  void anInstanceThatDiesAndComesBackIsNoticed() {
    register("web-1", "");
    await().until(() -> health("web") == Evidence.Health.PASSING);

    target.answer(503, "broken");
    await().until(() -> health("web") == Evidence.Health.CRITICAL);
    target.answer(429, "busy");
    await().until(() -> health("web") == Evidence.Health.WARNING);
    target.close();
    await().until(() -> health("web") == Evidence.Health.CRITICAL);
  }

  @Test
  void evidenceIsRenewedWhileNothingChanges() {
    register("web-1", "");
    await().until(() -> health("web") == Evidence.Health.PASSING);
    long before = registry.instances("web").getFirst().evidence().atMillis();

    await().until(() -> registry.instances("web").getFirst().evidence().atMillis() > before + 900);
  }

  @Test
  void anInstanceWithoutACheckIsPassingAtOnce() {
    assertThat(
            registry
                .put("/v1/agent/service/register", "{\"Name\": \"web\", \"Port\": 8080}")
                .statusCode())
        .isEqualTo(200);

    await().until(() -> health("web") == Evidence.Health.PASSING);
    assertThat(registry.instances("web").getFirst().evidence().source())
        .isEqualTo(Evidence.Source.REGISTRATION);
  }

  @Test
  void aRestartKeepsRegistrationsAndLastStatusMarkedAsRestored() throws Exception {
    registry.put(
        "/v1/agent/service/register",
        """
        {"ID": "web-1", "Name": "web", "Port": 8080, "Tags": ["a"], "Meta": {"version": "2"},
         "Check": {"CheckID": "beat", "TTL": "4s", "Status": "passing"}}
        """);
    registry.put("/v1/agent/check/warn/beat?note=slow", "");
    await().until(() -> health("web") == Evidence.Health.WARNING);
    Instance before = registry.instances("web").getFirst();
    long index = index("/v1/health/service/web");
    awaitStored("warning");

    registry.close();
    long restarted = System.nanoTime();
    registry = new TestRegistry(directory);

    await().until(() -> !registry.instances("web").isEmpty());
    Instance restored = registry.instances("web").getFirst();
    assertThat(restored.evidence().source()).isEqualTo(Evidence.Source.RESTORED);
    assertThat(restored.sameForTraffic(before)).isTrue();
    assertThat(index("/v1/health/service/web")).isGreaterThan(index);
    // The TTL runs in full from the restart.
    await().until(() -> health("web") == Evidence.Health.CRITICAL);
    assertThat(Duration.ofNanos(System.nanoTime() - restarted))
        .isGreaterThan(Duration.ofMillis(3_900));
    registry.put("/v1/agent/check/pass/beat", "");
    await().until(() -> health("web") == Evidence.Health.PASSING);
    assertThat(registry.instances("web").getFirst().evidence().source())
        .isEqualTo(Evidence.Source.REGISTRY_CHECK);
  }

  @Test
  void aFirstResultAfterARestartEndsTheRestoredMark() throws Exception {
    register("web-1", "");
    await().until(() -> health("web") == Evidence.Health.PASSING);
    awaitStored("passing");

    registry.close();
    registry = new TestRegistry(directory);

    await().until(() -> health("web") == Evidence.Health.PASSING);
    assertThat(registry.deltas().getFirst().instances().getFirst().evidence().source())
        .isEqualTo(Evidence.Source.RESTORED);
    await()
        .until(() ->
            registry.instances("web").getFirst().evidence().source()
                == Evidence.Source.REGISTRY_CHECK);
  }

  @Test
  void deregisteringLeavesNothing() throws Exception {
    register("web-1", "");
    await().until(() -> health("web") == Evidence.Health.PASSING);

    assertThat(registry.put("/v1/agent/service/deregister/web-1", "").statusCode()).isEqualTo(200);

    await().until(() -> registry.instances("web").isEmpty());
    assertThat(registry.json("/v1/agent/checks")).isEmpty();
    registry.close();
    int requests = target.requests();
    registry = new TestRegistry(directory);
    assertThat(registry.json("/v1/agent/services")).isEmpty();
    assertThat(target.requests()).isEqualTo(requests);
  }

  @Test
  void aMovedNameLeavesItsOldService() {
    registry.put("/v1/agent/service/register", "{\"ID\":\"a\",\"Name\":\"one\",\"Port\":1}");
    registry.put("/v1/agent/service/register", "{\"ID\":\"a\",\"Name\":\"two\",\"Port\":1}");

    await().until(() -> registry.instances("two").size() == 1);
    await().until(() -> registry.instances("one").isEmpty());
    assertThat(registry.json("/v1/catalog/services").has("one")).isFalse();
    assertThat(registry.json("/v1/catalog/service/two")).hasSize(1);
  }

  private Evidence.Health health(String service) {
    List<Instance> instances = registry.instances(service);
    return instances.isEmpty() ? Evidence.Health.UNKNOWN : instances.getFirst().evidence().value();
  }

  private long index(String path) {
    return registry.get(path).headers().firstValueAsLong("X-Consul-Index").orElseThrow();
  }

  /** Waits until a check's status is in its file: it is written soon after it is served. */
  private void awaitStored(String status) {
    await()
        .ignoreExceptions()
        .until(() ->
            new ResourceStore(directory)
                .get("registration", "web-1")
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .orElse("")
                .contains("\"Status\" : \"" + status + "\""));
  }

  private void register(String id, String more) {
    assertThat(
            registry
                .put(
                    "/v1/agent/service/register",
                    """
                    {"ID": "%s", "Name": "web", "Address": "127.0.0.1", "Port": %d, %s
                     "Check": {"HTTP": "%s", "Interval": "1s", "Timeout": "500ms"}}
                    """
                        .formatted(id, target.port(), more, target.url()))
                .statusCode())
        .isEqualTo(200);
  }
}
