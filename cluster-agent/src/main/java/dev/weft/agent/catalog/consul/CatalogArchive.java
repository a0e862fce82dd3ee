package dev.weft.agent.catalog.consul;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.replication.shared.CatalogForm;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateReader;
import dev.weft.agent.store.ResourceStore;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the last catalog over a restart of the agent, for a Consul that is away then: a file per
 * service. It is a copy, Consul is the authority: written behind the state, on a thread of its own,
 * when something changed that matters to traffic; what a crash loses, Consul says again.
 */
public final class CatalogArchive implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CatalogArchive.class.getName());
  private static final String KIND = "consul-catalog";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ResourceStore store;
  private final LongSupplier monotonicMillis;
  private final ExecutorService disk =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("weft-catalog-archive").factory());
  private final AtomicReference<@Nullable Map<ServiceKey, Map<String, Instance>>> pending =
      new AtomicReference<>();

  /** What the files hold; after the load, of the disk's thread. */
  private final Map<ServiceKey, Map<String, Instance>> kept = new HashMap<>();

  private @Nullable AutoCloseable subscription;

  /**
   * @param monotonicMillis the agent's monotonic clock
   */
  public CatalogArchive(ResourceStore store, LongSupplier monotonicMillis) {
    this.store = store;
    this.monotonicMillis = monotonicMillis;
  }

  /**
   * What an earlier start left, its health as remembered. To be called once, first. A file that
   * cannot be understood is left out and logged.
   *
   * @throws IOException when the store cannot be read
   */
  public Map<ServiceKey, List<Instance>> load() throws IOException {
    Map<ServiceKey, List<Instance>> found = new HashMap<>();
    for (Map.Entry<String, byte[]> file : store.loadAll(KIND).resources().entrySet()) {
      try {
        JsonNode root = JSON.readTree(file.getValue());
        ServiceKey key =
            new ServiceKey(root.path("namespace").asText(), root.path("name").asText());
        List<Instance> instances =
            CatalogForm.restored(CatalogForm.read(key, root, monotonicMillis.getAsLong()));
        found.put(key, instances);
        kept.put(key, byId(instances));
      } catch (IOException | IllegalArgumentException e) {
        LOG.log(
            System.Logger.Level.ERROR,
            "the kept service \"{0}\" is left out: {1}",
            file.getKey(),
            e.getMessage());
      }
    }
    return found;
  }

  /** Keeps what comes. To be called once, when what was loaded is in the state. */
  public void follow(StateReader reader) {
    subscription = reader.subscribe(this::offer);
  }

  @Override
  public void close() throws Exception {
    AutoCloseable subscribed = subscription;
    if (subscribed != null) {
      subscribed.close();
    }
    disk.shutdown();
    if (!disk.awaitTermination(2, TimeUnit.SECONDS)) {
      LOG.log(System.Logger.Level.WARNING, "the last changes of the catalog are not kept");
    }
  }

  private void offer(MeshState state) {
    if (pending.getAndSet(state.instances()) == null) {
      disk.execute(this::write);
    }
  }

  private void write() {
    Map<ServiceKey, Map<String, Instance>> now = pending.getAndSet(null);
    if (now == null) {
      return;
    }
    try {
      for (ServiceKey gone : Set.copyOf(kept.keySet())) {
        if (!now.containsKey(gone)) {
          store.delete(KIND, gone.toString());
          kept.remove(gone);
        }
      }
      for (Map.Entry<ServiceKey, Map<String, Instance>> service : now.entrySet()) {
        if (!same(service.getValue(), kept.get(service.getKey()))) {
          store.put(KIND, service.getKey().toString(), form(service.getKey(), service.getValue()));
          kept.put(service.getKey(), service.getValue());
        }
      }
    } catch (IOException | RuntimeException e) {
      // The next state is the next try.
      LOG.log(System.Logger.Level.ERROR, "the catalog is not kept: {0}", e.getMessage());
    }
  }

  private ObjectNode form(ServiceKey key, Map<String, Instance> instances) {
    ObjectNode root =
        JSON.createObjectNode().put("namespace", key.namespace()).put("name", key.name());
    return root.setAll(
        CatalogForm.write(List.copyOf(instances.values()), monotonicMillis.getAsLong()));
  }

  private static boolean same(Map<String, Instance> now, @Nullable Map<String, Instance> before) {
    return before != null
        && now.keySet().equals(before.keySet())
        && now.values().stream()
            .allMatch(one -> {
              Instance other = before.get(one.id());
              return other != null && one.sameForTraffic(other);
            });
  }

  private static Map<String, Instance> byId(List<Instance> instances) {
    Map<String, Instance> byId = new HashMap<>();
    instances.forEach(one -> byId.put(one.id(), one));
    return byId;
  }
}
