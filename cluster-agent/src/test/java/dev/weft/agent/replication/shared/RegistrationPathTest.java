package dev.weft.agent.replication.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.catalog.registry.EmbeddedRegistry;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.replication.infinispan.InfinispanMaps;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.store.ResourceStore;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Registrations from the HTTP call to the state: as many as {@code -Dweft.registrations} says, as
 * often as {@code -Dweft.rounds} says, and what the way through the caches costs beside the direct
 * one, in the log.
 */
class RegistrationPathTest {
  private static final int REGISTRATIONS = Integer.getInteger("weft.registrations", 200);
  private static final int ROUNDS = Integer.getInteger("weft.rounds", 1);
  private static final int SINGLE = 30 * ROUNDS;

  @TempDir Path directory;

  @Test
  void everyRegistrationThatWasAnsweredGetsIntoTheStateThroughTheCaches() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      measure("directly", directory.resolve("direct-" + round), false);
      measure("through the caches", directory.resolve("caches-" + round), true);
    }
  }

  private static void measure(String way, Path data, boolean caches) throws Exception {
    Vertx vertx = Vertx.vertx();
    ExecutorService disk = Executors.newVirtualThreadPerTaskExecutor();
    try (Replica replica = new Replica(InfinispanMaps.single(), data, () -> now());
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      replica.shared.lead();
      StateWriter into = caches ? replica.shared : replica.state;
      EmbeddedRegistry registry =
          new EmbeddedRegistry(
              vertx,
              new ResourceStore(data),
              disk,
              into,
              () -> now(),
              new SplittableRandom(7),
              "127.0.0.1",
              0,
              "east");
      int port =
          registry.start().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
      long[] micros = new long[SINGLE];
      for (int i = 0; i < SINGLE; i++) {
        micros[i] = single(client, port, replica, "one" + i);
      }
      Arrays.sort(micros);
      long began = System.nanoTime();
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < REGISTRATIONS; i++) {
        if (i >= 64) {
          answers.get(i - 64).join();
        }
        answers.add(
            client.sendAsync(
                request(port, "i" + i, "s" + i % Math.max(1, REGISTRATIONS / 5)),
                HttpResponse.BodyHandlers.ofString()));
      }
      answers.forEach(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
      await().until(() -> instances(replica.state.current()) == REGISTRATIONS + SINGLE);
      Duration all = Duration.ofNanos(System.nanoTime() - began);
      System.getLogger("registry")
          .log(
              System.Logger.Level.INFO,
              String.format(
                  Locale.ROOT,
                  "%s: %d registrations in %d ms; one to the state: p50 %d us, p99 %d us",
                  way,
                  REGISTRATIONS,
                  all.toMillis(),
                  micros[SINGLE / 2],
                  micros[SINGLE - 2]));
      registry.close();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
      disk.shutdownNow();
    }
  }

  /** From the call to the published state, in microseconds. */
  private static long single(HttpClient client, int port, Replica replica, String name)
      throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    AutoCloseable subscription =
        replica.state.subscribe(state -> {
          if (state.instances().containsKey(new ServiceKey("default", name))) {
            seen.countDown();
          }
        });
    long began = System.nanoTime();
    client.send(request(port, name, name), HttpResponse.BodyHandlers.discarding());
    assertThat(seen.await(20, TimeUnit.SECONDS)).isTrue();
    long micros = (System.nanoTime() - began) / 1_000;
    subscription.close();
    return micros;
  }

  private static HttpRequest request(int port, String id, String name) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + port + "/v1/agent/service/register"))
        .timeout(Duration.ofSeconds(60))
        .PUT(
            HttpRequest.BodyPublishers.ofString(
                String.format(
                    Locale.ROOT,
                    """
                    {"ID": "%s", "Name": "%s", "Port": 80,
                     "Check": {"CheckID": "check-%s", "TTL": "1h", "Status": "passing"}}
                    """,
                    id,
                    name,
                    id)))
        .build();
  }

  private static int instances(MeshState state) {
    return state.instances().values().stream().mapToInt(service -> service.size()).sum();
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }
}
