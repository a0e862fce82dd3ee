package dev.weft.agent.catalog.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which change moves which index and wakes which query: Consul's rules, over real sockets. */
class BlockingQueriesTest {
  private static final String SERVICES = "/v1/catalog/services";
  private static final String CATALOG = "/v1/catalog/service/web";
  private static final String HEALTH = "/v1/health/service/web";
  private static final String CHECKS = "/v1/health/checks/web";
  private static final String API = "/v1/health/service/api";
  private static final String NONE = "/v1/health/service/none";
  private static final String STATE = "/v1/health/state/any";
  private static final List<String> PATHS =
      List.of(SERVICES, CATALOG, HEALTH, CHECKS, API, NONE, STATE);

  @TempDir Path directory;
  private TestRegistry registry;

  @BeforeEach
  void start() throws Exception {
    registry = new TestRegistry(directory);
    register("{\"ID\":\"api-1\",\"Name\":\"api\",\"Port\":1}");
    register("{\"ID\":\"web-1\",\"Name\":\"web\",\"Port\":1,\"Check\":{\"TTL\":\"1h\"}}");
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void whatDoesNotChangeMovesNothing() {
    String body = "{\"ID\":\"web-1\",\"Name\":\"web\",\"Port\":1,\"Check\":{\"TTL\":\"1h\"}}";
    put("/v1/agent/check/pass/service:web-1");

    assertThat(moved(() -> register(body))).isEmpty();
    assertThat(moved(() -> put("/v1/agent/check/pass/service:web-1"))).isEmpty();
    // As in Consul, an output alone is held back.
    assertThat(moved(() -> put("/v1/agent/check/pass/service:web-1?note=other"))).isEmpty();
    assertThat(registry.json("/v1/agent/checks").path("service:web-1").path("Output").asText())
        .isEqualTo("other");
  }

  @Test
  void eachChangeMovesAndWakesWhatItIsPartOf() {
    assertThat(moved(() -> put("/v1/agent/check/pass/service:web-1"), HEALTH, CHECKS, STATE))
        .containsOnly(
            Map.entry(CATALOG, false),
            Map.entry(HEALTH, true),
            Map.entry(CHECKS, true),
            Map.entry(STATE, true));
    assertThat(
            moved(
                () -> register("{\"ID\":\"web-1\",\"Name\":\"web\",\"Port\":2,\"Tags\":[\"a\"]}"),
                SERVICES,
                CATALOG,
                HEALTH))
        .containsOnly(Map.entry(SERVICES, true), Map.entry(CATALOG, true), Map.entry(HEALTH, true));
    assertThat(
            moved(() -> register("{\"ID\":\"web-2\",\"Name\":\"web\"}"), SERVICES, CATALOG, HEALTH))
        .containsOnly(Map.entry(SERVICES, true), Map.entry(CATALOG, true), Map.entry(HEALTH, true));
    assertThat(moved(() -> put("/v1/agent/service/deregister/web-2"), SERVICES, CATALOG, HEALTH))
        .containsOnly(Map.entry(SERVICES, true), Map.entry(CATALOG, true), Map.entry(HEALTH, true));
    assertThat(moved(() -> put("/v1/agent/maintenance?enable=true"), HEALTH, API, STATE))
        .contains(Map.entry(HEALTH, true), Map.entry(API, true), Map.entry(STATE, true))
        .doesNotContainKey(SERVICES);
  }

  @Test
  void aServiceThatComesAndGoesWakesWhoWaitsForIt() {
    assertThat(moved(() -> register("{\"Name\":\"none\"}"), SERVICES, NONE))
        .containsOnly(Map.entry(SERVICES, true), Map.entry(NONE, true));
    assertThat(moved(() -> put("/v1/agent/service/deregister/none"), SERVICES, NONE))
        .containsOnly(Map.entry(SERVICES, true), Map.entry(NONE, true));
    assertThat(moved(() -> put("/v1/agent/service/deregister/web-1"), HEALTH, CATALOG))
        .containsEntry(HEALTH, true)
        .containsEntry(CATALOG, true)
        .containsEntry(NONE, false);
    assertThat(registry.json(HEALTH)).isEmpty();
  }

  @Test
  void theIndexOfAServiceNeverGoesBackAlsoNotOverARestart() throws Exception {
    long known = index(HEALTH);
    put("/v1/agent/service/deregister/web-1");
    long gone = index(HEALTH);
    registry.close();
    registry = new TestRegistry(directory);
    long restarted = index(HEALTH);
    register("{\"ID\":\"web-1\",\"Name\":\"web\",\"Port\":1}");

    assertThat(List.of(known, gone, restarted, index(HEALTH))).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void anIndexBeyondTheCurrentOneWaitsUntilTheEnd() {
    long began = System.nanoTime();
    CompletableFuture<HttpResponse<String>> waiting =
        registry.send("GET", HEALTH + "?wait=700ms&index=" + (index(HEALTH) + 1_000), "");
    put("/v1/agent/check/pass/service:web-1");

    HttpResponse<String> answer = waiting.join();

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(650));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValueAsLong("X-Consul-Index")).hasValue(index(HEALTH));
    assertThat(answer.body()).contains("\"passing\"");
  }

  @Test
  void aHashWaitsForAnotherDefinition() {
    String hash =
        registry
            .get("/v1/agent/service/web-1")
            .headers()
            .firstValue("X-Consul-Contenthash")
            .orElseThrow();
    CompletableFuture<HttpResponse<String>> waiting =
        registry.send("GET", "/v1/agent/service/web-1?wait=50s&hash=" + hash, "");
    register("{\"ID\":\"web-1\",\"Name\":\"web\",\"Port\":99}");

    HttpResponse<String> answer = waiting.orTimeout(40, TimeUnit.SECONDS).join();

    assertThat(answer.body()).contains("\"Port\":99");
    assertThat(answer.headers().firstValue("X-Consul-Contenthash")).isNotEqualTo(hash);
  }

  /**
   * The paths whose index a change moved, and whether it woke who waited there.
   *
   * @param waking where somebody is expected to wake: they wait for long, so that however slow the
   *     machine is, who was woken is told from who came to the end of the wait
   */
  private Map<String, Boolean> moved(Runnable change, String... waking) {
    Map<String, Long> before = new TreeMap<>();
    Map<String, CompletableFuture<Long>> waiting = new TreeMap<>();
    for (String path : PATHS) {
      before.put(path, index(path));
      long began = System.nanoTime();
      waiting.put(
          path,
          registry
              .send("GET", path + "?wait=" + wait(path, waking) + "s&index=" + before.get(path), "")
              .thenApply(answer -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)));
    }
    // The queries are there before the change: a further request on the same port is behind them.
    registry.get("/v1/agent/version");
    change.run();
    Map<String, Boolean> moved = new TreeMap<>();
    for (String path : PATHS) {
      boolean woke = waiting.get(path).join() < 1_000 * wait(path, waking) - 50;
      if (index(path) != before.get(path)) {
        moved.put(path, woke);
      } else {
        assertThat(woke).as(path + " woke for nothing").isFalse();
      }
    }
    return moved;
  }

  /** In seconds. */
  private static long wait(String path, String... waking) {
    return List.of(waking).contains(path) ? 30 : 1;
  }

  private long index(String path) {
    return registry.get(path).headers().firstValueAsLong("X-Consul-Index").orElseThrow();
  }

  private void register(String body) {
    assertThat(registry.put("/v1/agent/service/register", body).body()).isEmpty();
  }

  private void put(String path) {
    assertThat(registry.put(path, "").body()).isEmpty();
  }
}
