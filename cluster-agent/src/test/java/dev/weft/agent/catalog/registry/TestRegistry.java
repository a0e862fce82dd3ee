package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.model.Instance;
import dev.weft.agent.state.Delta;
import dev.weft.agent.store.ResourceStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A registry on a free port over a directory, and a client of it. */
final class TestRegistry implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Vertx vertx = Vertx.vertx();
  private final ExecutorService disk = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<String, List<Instance>> state = new ConcurrentHashMap<>();
  private final List<Delta.ServiceInstances> deltas = new CopyOnWriteArrayList<>();
  private final EmbeddedRegistry registry;
  private final int port;

  TestRegistry(Path directory) throws Exception {
    this(directory, "east", CheckTimings.USUAL);
  }

  TestRegistry(Path directory, String cluster, CheckTimings timings) throws Exception {
    this.registry =
        new EmbeddedRegistry(
            vertx,
            new ResourceStore(directory),
            disk,
            delta -> {
              if (delta instanceof Delta.ServiceInstances instances) {
                deltas.add(instances);
                state.put(instances.service().name(), instances.instances());
              }
            },
            () -> System.nanoTime() / 1_000_000,
            new SplittableRandom(7),
            "127.0.0.1",
            0,
            cluster,
            timings);
    this.port =
        registry.start().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  int port() {
    return port;
  }

  /** What the state was told last of a service. */
  List<Instance> instances(String service) {
    return state.getOrDefault(service, List.of());
  }

  List<Delta.ServiceInstances> deltas() {
    return deltas;
  }

  HttpResponse<String> get(String path) {
    return send("GET", path, "").join();
  }

  HttpResponse<String> put(String path, String body) {
    return send("PUT", path, body).join();
  }

  JsonNode json(String path) {
    try {
      return JSON.readTree(get(path).body());
    } catch (IOException e) {
      throw new AssertionError(path, e);
    }
  }

  CompletableFuture<HttpResponse<String>> send(String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(60))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
  }

  /** Ends it as a crash would: nothing is written any more. */
  @Override
  public void close() {
    registry.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    disk.shutdownNow();
    client.shutdownNow();
  }
}
