package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.catalog.GoDuration;
import dev.weft.agent.store.Loaded;
import dev.weft.agent.store.ResourceStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Keeps a file for each registration, with its checks and their last status; node checks share one.
 * Thread-safe. Saves of one id are done one after the other and always write the newest contents,
 * so many changes of one instance cost few writes.
 */
final class RegistryFiles {
  private static final System.Logger LOG = System.getLogger(RegistryFiles.class.getName());
  private static final String KIND = "registration";
  private static final String NODE = "node:";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What indexes leap by at a start, so that none is ever given twice for different contents. */
  private static final long LEAP = 100_000;

  private final ResourceStore store;
  private final Executor disk;
  private final Map<String, CompletableFuture<Void>> waiting = new HashMap<>();
  private final Set<String> writing = new HashSet<>();

  /**
   * @param disk runs writes, which block; several at a time is well
   */
  RegistryFiles(ResourceStore store, Executor disk) {
    this.store = store;
    this.disk = disk;
  }

  /** All that is stored; statuses are marked as restored. */
  Contents load(long nowMillis) {
    TreeMap<String, Registration> registrations = new TreeMap<>();
    TreeMap<String, Check> checks = new TreeMap<>();
    long index = 0;
    try {
      Loaded loaded = store.loadAll(KIND);
      for (Map.Entry<String, byte[]> file : loaded.resources().entrySet()) {
        JsonNode root = JSON.readTree(file.getValue());
        JsonNode service = root.path("service");
        if (service.isObject()) {
          Registration registration = RequestParser.registration(service);
          registrations.put(
              registration.id(),
              registration.indexed(
                  service.path("CreateIndex").asLong(), service.path("ModifyIndex").asLong()));
          index = Math.max(index, service.path("ModifyIndex").asLong());
        }
        for (JsonNode stored : root.path("checks")) {
          Check check = restored(stored, nowMillis);
          checks.put(check.id(), check);
          index = Math.max(index, check.modifyIndex());
        }
      }
    } catch (IOException | RegistryError e) {
      throw new IllegalStateException(
          "the stored registrations cannot be read: " + e.getMessage(), e);
    }
    return new Contents(index + (index == 0 ? 1 : LEAP), registrations, checks);
  }

  /** Writes what the registration is when its turn comes; completes when that is durable. */
  CompletableFuture<Void> save(String serviceId, Supplier<Contents> latest) {
    synchronized (waiting) {
      CompletableFuture<Void> done =
          waiting.computeIfAbsent(serviceId, id -> new CompletableFuture<>());
      if (writing.add(serviceId)) {
        disk.execute(() -> drain(serviceId, latest));
      }
      return done;
    }
  }

  /** As {@link #save}, with nobody waiting: a failure is logged. */
  void saveSoon(String serviceId, Supplier<Contents> latest) {
    CompletableFuture<Void> _ =
        save(serviceId, latest)
            .exceptionally(e -> {
              LOG.log(
                  System.Logger.Level.ERROR,
                  "a check''s status could not be stored: {0}",
                  e.getMessage());
              return null;
            });
  }

  private void drain(String serviceId, Supplier<Contents> latest) {
    while (true) {
      CompletableFuture<Void> done;
      synchronized (waiting) {
        done = waiting.remove(serviceId);
        if (done == null) {
          writing.remove(serviceId);
          return;
        }
      }
      try {
        write(serviceId, latest.get());
        done.complete(null);
      } catch (IOException | RuntimeException e) {
        done.completeExceptionally(e);
      }
    }
  }

  private void write(String serviceId, Contents contents) throws IOException {
    String name = serviceId.isEmpty() ? NODE : serviceId;
    ObjectNode root = JSON.createObjectNode();
    Registration registration = contents.registrations().get(serviceId);
    ArrayNode checks = root.putArray("checks");
    contents.checks().values().stream()
        .filter(check -> check.serviceId().equals(serviceId))
        .forEach(check -> checks.add(written(check)));
    if (registration == null && checks.isEmpty()) {
      store.delete(KIND, name);
      return;
    }
    if (registration != null) {
      ObjectNode service = Views.definition(registration);
      service
          .put("CreateIndex", registration.createIndex())
          .put("ModifyIndex", registration.modifyIndex());
      root.set("service", service);
    }
    store.put(KIND, name, root.toPrettyString().getBytes(StandardCharsets.UTF_8));
  }

  private static ObjectNode written(Check check) {
    CheckDefinition definition = check.definition();
    ObjectNode node = JSON.createObjectNode();
    node.put("CheckID", check.id())
        .put("Name", check.name())
        .put("ServiceID", check.serviceId())
        .put("Status", check.status().wireName())
        .put("Output", check.output())
        .put("Notes", check.notes());
    switch (definition.type()) {
      case HTTP -> {
        node.put("HTTP", definition.target())
            .put("Method", definition.method())
            .put("Body", definition.body());
        node.set("Header", JSON.valueToTree(definition.headers()));
      }
      case TCP -> node.put("TCP", definition.target());
      case TTL -> node.put("TTL", GoDuration.format(definition.ttl()));
    }
    if (!definition.interval().isZero()) {
      node.put("Interval", GoDuration.format(definition.interval()));
    }
    return node.put("Timeout", GoDuration.format(definition.timeout()))
        .put("TLSSkipVerify", definition.tlsSkipVerify())
        .put("DeregisterCriticalServiceAfter", GoDuration.format(definition.deregisterAfter()))
        .put("SuccessBeforePassing", definition.successBeforePassing())
        .put("FailuresBeforeWarning", definition.failuresBeforeWarning())
        .put("FailuresBeforeCritical", definition.failuresBeforeCritical())
        .put("CreateIndex", check.createIndex())
        .put("ModifyIndex", check.modifyIndex());
  }

  private static Check restored(JsonNode stored, long nowMillis) {
    Check check = RequestParser.storedCheck(stored);
    return new Check(
        check.id(),
        check.name(),
        check.serviceId(),
        check.status(),
        check.output(),
        check.notes(),
        check.definition(),
        true,
        stored.path("CreateIndex").asLong(),
        stored.path("ModifyIndex").asLong(),
        nowMillis);
  }
}
