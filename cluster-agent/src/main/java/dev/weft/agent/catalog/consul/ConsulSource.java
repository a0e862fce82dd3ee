package dev.weft.agent.catalog.consul;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.policy.identity.DnsLabel;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Watches a real Consul: one blocking query for the names of services, one for the health of each,
 * and a {@link Heartbeat} that renews what they said while nothing changes. While Consul is away
 * the last catalog stays, also over a restart of the agent, and its evidence grows old. What a
 * Consul that was away does not know any more is asked for a second time before it is believed. Its
 * work is done on one Vert.x context; {@link #start} and {@link #close} may be called from any
 * thread.
 */
public final class ConsulSource implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ConsulSource.class.getName());
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Services watched at most; further ones are left out, with a warning. */
  private static final int SERVICE_LIMIT = 5_000;

  /** How long a Consul that comes back has to find what it seems to have lost. */
  private static final long DOUBT_MILLIS = 3_000;

  private final Vertx vertx;
  private final HttpClient client;
  private final ConsulOptions options;
  private final StateWriter state;
  private final LongSupplier monotonicMillis;
  private final RandomGenerator random;
  private final Context context;
  private final Watch services;
  private final Heartbeat heartbeat;
  private final Map<ServiceKey, List<Instance>> restored;
  private final Map<String, Service> watched = new HashMap<>();
  private final Set<String> warned = new HashSet<>();
  private final CompletableFuture<Void> complete = new CompletableFuture<>();
  private boolean named;

  /**
   * A source that has not begun.
   *
   * @param restored what was known before a restart, to be told until Consul says something else
   * @param monotonicMillis the agent's monotonic clock
   */
  public ConsulSource(
      Vertx vertx,
      ConsulOptions options,
      Map<ServiceKey, List<Instance>> restored,
      StateWriter state,
      LongSupplier monotonicMillis,
      RandomGenerator random) {
    this.vertx = vertx;
    this.options = options;
    this.restored = Map.copyOf(restored);
    this.state = state;
    this.monotonicMillis = monotonicMillis;
    this.random = random;
    this.context = vertx.getOrCreateContext();
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setMaxPoolSize(SERVICE_LIMIT + 2)
                .setMaxWaitQueueSize(-1)
                .setTcpKeepAlive(true));
    this.services =
        new Watch(
            vertx, client, options, random, monotonicMillis, "/v1/catalog/services", this::names);
    this.heartbeat = new Heartbeat(vertx, client, options, monotonicMillis, this::renew);
  }

  /** Tells what was restored, and begins to watch. */
  public void start() {
    restored.forEach((key, instances) -> state.submit(new Delta.ServiceInstances(key, instances)));
    context.runOnContext(nothing -> {
      restored.forEach((key, instances) -> {
        Service service = new Service(key.name());
        service.instances = instances;
        watched.put(key.name(), service);
      });
      services.start();
      heartbeat.start();
    });
  }

  /**
   * Completes when every service that Consul had was heard of once: before that, what is missing in
   * the state is not known to be gone.
   */
  public CompletionStage<Void> complete() {
    return complete.copy();
  }

  @Override
  public void close() {
    context.runOnContext(nothing -> {
      heartbeat.close();
      services.close();
      watched.values().forEach(service -> service.watch.close());
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
      if (!DnsLabel.matches(name)) {
        warn("service \"" + name + "\" is left out: its name is not a lower-case DNS label");
      } else if (names.size() < SERVICE_LIMIT) {
        names.add(name);
      } else {
        warn("more than " + SERVICE_LIMIT + " services: the others are left out");
      }
    }
    names.forEach(name -> watched.computeIfAbsent(name, Service::new).start());
    named = true;
    if (services.doubtful() && !names.containsAll(watched.keySet())) {
      services.askAgain(DOUBT_MILLIS);
      return;
    }
    for (String gone : Set.copyOf(watched.keySet())) {
      if (!names.contains(gone)) {
        Service service = watched.remove(gone);
        if (service != null) {
          service.watch.close();
        }
        state.submit(new Delta.ServiceInstances(new ServiceKey("default", gone), List.of()));
      }
    }
    completeIfHeardOfAll();
  }

  private void completeIfHeardOfAll() {
    if (named && watched.values().stream().allMatch(service -> service.heard)) {
      complete.complete(null);
    }
  }

  private void renew(long askedMillis) {
    watched.values().forEach(service -> service.renew(askedMillis));
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

  /** One service that Consul has. */
  private final class Service {
    private final ServiceKey key;
    private final Watch watch;
    private List<Instance> instances = List.of();
    private boolean started;
    private boolean heard;

    Service(String name) {
      this.key = new ServiceKey("default", name);
      this.watch =
          new Watch(
              vertx,
              client,
              options,
              random,
              monotonicMillis,
              "/v1/health/service/" + name,
              this::answered);
    }

    void start() {
      if (!started) {
        started = true;
        watch.start();
      }
    }

    void renew(long askedMillis) {
      if (watch.watching() && !instances.isEmpty()) {
        submit(instances.stream().map(one -> renewed(one, askedMillis)).toList());
      }
    }

    private void answered(Buffer body) {
      HealthAnswer answer = HealthAnswer.read(key, read(body), monotonicMillis.getAsLong());
      answer.warnings().forEach(ConsulSource.this::warn);
      if (watch.doubtful() && !ids(answer.instances()).containsAll(ids(instances))) {
        watch.askAgain(DOUBT_MILLIS);
      } else {
        submit(answer.instances());
      }
      if (!heard) {
        heard = true;
        completeIfHeardOfAll();
      }
    }

    private void submit(List<Instance> now) {
      instances = now;
      state.submit(new Delta.ServiceInstances(key, now));
    }

    private static Set<String> ids(List<Instance> instances) {
      return instances.stream().map(Instance::id).collect(Collectors.toSet());
    }

    private static Instance renewed(Instance one, long atMillis) {
      Evidence was = one.evidence();
      return new Instance(
          one.id(),
          one.service(),
          one.address(),
          one.weight(),
          one.meta(),
          one.tags(),
          one.settings(),
          new Evidence(
              was.value(), was.source(), was.detail(), Math.max(was.atMillis(), atMillis)));
    }
  }
}
