package dev.weft.agent.catalog.consul;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.catalog.ServiceSettings;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Watches a real Consul: one blocking query for the names of services, one for the health of each.
 * While Consul is away the last catalog stays, and its evidence grows old. Its work is done on one
 * Vert.x context; {@link #start} and {@link #close} may be called from any thread.
 */
public final class ConsulSource implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ConsulSource.class.getName());
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Services watched at most; further ones are left out, with a warning. */
  private static final int SERVICE_LIMIT = 5_000;

  private final Vertx vertx;
  private final HttpClient client;
  private final ConsulOptions options;
  private final StateWriter state;
  private final LongSupplier monotonicMillis;
  private final RandomGenerator random;
  private final Context context;
  private final Watch services;
  private final Map<String, Watch> health = new HashMap<>();
  private final Set<String> warned = new HashSet<>();

  /**
   * A source that has not begun.
   *
   * @param monotonicMillis the agent's monotonic clock
   */
  public ConsulSource(
      Vertx vertx,
      ConsulOptions options,
      StateWriter state,
      LongSupplier monotonicMillis,
      RandomGenerator random) {
    this.vertx = vertx;
    this.options = options;
    this.state = state;
    this.monotonicMillis = monotonicMillis;
    this.random = random;
    this.context = vertx.getOrCreateContext();
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions().setMaxPoolSize(SERVICE_LIMIT + 1).setMaxWaitQueueSize(-1));
    this.services = new Watch(vertx, client, options, random, "/v1/catalog/services", this::names);
  }

  /** Begins to watch. */
  public void start() {
    context.runOnContext(nothing -> services.start());
  }

  @Override
  public void close() {
    context.runOnContext(nothing -> {
      services.close();
      health.values().forEach(Watch::close);
      client.close();
    });
  }

  private void names(Buffer body) {
    Set<String> names = new TreeSet<>();
    for (Map.Entry<String, JsonNode> service : read(body).properties()) {
      String name = service.getKey();
      if (name.equals("consul")) {
        continue;
      }
      if (!ServiceSettings.isLabel(name)) {
        warn("service \"" + name + "\" is left out: its name is not a lower-case DNS label");
      } else if (names.size() < SERVICE_LIMIT) {
        names.add(name);
      } else {
        warn("more than " + SERVICE_LIMIT + " services: the others are left out");
      }
    }
    for (String gone : List.copyOf(health.keySet())) {
      if (!names.contains(gone)) {
        Watch watch = health.remove(gone);
        if (watch != null) {
          watch.close();
        }
        state.submit(new Delta.ServiceInstances(new ServiceKey("default", gone), List.of()));
      }
    }
    for (String name : names) {
      if (!health.containsKey(name)) {
        Watch watch =
            new Watch(
                vertx,
                client,
                options,
                random,
                "/v1/health/service/" + name,
                answer -> health(name, answer));
        health.put(name, watch);
        watch.start();
      }
    }
  }

  private void health(String name, Buffer body) {
    HealthAnswer answer =
        HealthAnswer.read(new ServiceKey("default", name), read(body), monotonicMillis.getAsLong());
    answer.warnings().forEach(this::warn);
    state.submit(new Delta.ServiceInstances(new ServiceKey("default", name), answer.instances()));
  }

  private void warn(String text) {
    if (warned.size() < 10_000 && warned.add(text)) {
      LOG.log(System.Logger.Level.WARNING, "Consul: {0}", text);
    }
  }

  private static JsonNode read(Buffer body) {
    try {
      return JSON.readTree(body.getBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + e.getMessage(), e);
    }
  }
}
