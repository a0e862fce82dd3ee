package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.store.ResourceStore;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Keeps a file for each registration, with its checks and their last status; node checks share one,
 * and one keeps an index that was never given. Thread-safe. Writes of one registration are done one
 * after the other, those of different ones beside each other.
 */
final class RegistryFiles {
  private static final System.Logger LOG = System.getLogger(RegistryFiles.class.getName());
  private static final String KIND = "registration";
  private static final String NODE_KIND = "registry-node";
  private static final String INDEX_KIND = "registry-index";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Indexes reserved by one write, so that none is given again after a crash. */
  private static final long RESERVED = 100_000;

  /** Clients' changes that wait for the disk at most. */
  private static final int WAITING_LIMIT = 4_096;

  private final ResourceStore store;
  private final Turns turns;
  private final Set<String> soon = ConcurrentHashMap.newKeySet();
  private final AtomicLong reserved = new AtomicLong();

  /**
   * @param disk runs writes, which block; several at a time is well
   */
  RegistryFiles(ResourceStore store, Executor disk) {
    this.store = store;
    this.turns = new Turns(disk, WAITING_LIMIT);
  }

  /** Something that writes. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  /**
   * All that is stored; statuses are marked as restored. A file that cannot be understood is left
   * where it is, and logged.
   */
  Contents load(long nowMillis) {
    try {
      Contents contents = Contents.empty(reserve());
      Draft draft = new Draft(contents);
      for (Map.Entry<String, byte[]> file : store.loadAll(KIND).resources().entrySet()) {
        try {
          load(draft, JSON.readTree(file.getValue()), nowMillis);
        } catch (IOException | RegistryError e) {
          LOG.log(
              System.Logger.Level.ERROR,
              "the stored registration \"{0}\" is left out: {1}",
              file.getKey(),
              e.getMessage());
        }
      }
      byte[] node = store.loadAll(NODE_KIND).resources().get("node");
      if (node != null) {
        SortedMap<String, Check> checks = new TreeMap<>();
        for (JsonNode stored : JSON.readTree(node).path("checks")) {
          Check check = StoredForm.check(stored, nowMillis);
          checks.put(check.id(), check);
        }
        draft.nodeChecks(checks);
      }
      return draft.finish().contents();
    } catch (IOException e) {
      throw new IllegalStateException(
          "the stored registrations cannot be read: " + e.getMessage(), e);
    }
  }

  /** Whether what was written of an instance is no longer what is known of it. */
  static boolean differ(String id, Contents written, Contents now) {
    return !statuses(checks(id, written)).equals(statuses(checks(id, now)));
  }

  /**
   * Does the work when the writes before it, of the same id, are done.
   *
   * @return fails as the work does, or with {@link RegistryError} when too many wait
   */
  CompletableFuture<Void> inTurn(String id, Work work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    boolean taken =
        turns.run(
            id,
            false,
            () -> {
              try {
                work.run();
                done.complete(null);
              } catch (IOException | RuntimeException | Error e) {
                done.completeExceptionally(e);
              }
            });
    return taken
        ? done
        : CompletableFuture.failedFuture(
            new RegistryError(503, "more than " + WAITING_LIMIT + " changes wait for the disk"));
  }

  /** Writes in its turn what is then known of an instance; a failure is logged. */
  void saveSoon(String id, Supplier<Contents> latest) {
    if (!soon.add(id)) {
      return;
    }
    boolean _ =
        turns.run(
            id,
            true,
            () -> {
              soon.remove(id);
              try {
                write(id, latest.get());
              } catch (IOException | RuntimeException e) {
                LOG.log(
                    System.Logger.Level.ERROR,
                    "the checks of \"{0}\" could not be stored: {1}",
                    id,
                    e.getMessage());
              }
            });
  }

  /** Reserves further indexes in time. */
  void reserve(long index) {
    long known = reserved.get();
    if (index > known - RESERVED / 2 && reserved.compareAndSet(known, known + RESERVED)) {
      CompletableFuture<Void> _ =
          inTurn("", () -> writeIndex(known + RESERVED))
              .exceptionally(e -> {
                LOG.log(System.Logger.Level.ERROR, "indexes are not reserved: {0}", e.getMessage());
                return null;
              });
    }
  }

  /** Writes an instance as it is in the contents, or removes its file; durable on return. */
  void write(String id, Contents contents) throws IOException {
    Entry entry = contents.entries().get(id);
    if (id.isEmpty()) {
      ObjectNode root = JSON.createObjectNode();
      StoredForm.checks(root, contents.nodeChecks().values());
      store.put(NODE_KIND, "node", root);
    } else if (entry == null) {
      store.delete(KIND, id);
    } else {
      ObjectNode root = JSON.createObjectNode();
      root.set("service", StoredForm.registration(entry.registration()));
      StoredForm.checks(root, entry.checks().values());
      store.put(KIND, id, root);
    }
  }

  private static void load(Draft draft, JsonNode root, long nowMillis) {
    Registration registration = StoredForm.registration(root.path("service"));
    SortedMap<String, Check> checks = new TreeMap<>();
    for (JsonNode stored : root.path("checks")) {
      Check check = StoredForm.check(stored, nowMillis);
      Entry other = draft.entries().get(draft.owners().getOrDefault(check.id(), ""));
      Check rival = other == null ? null : other.checks().get(check.id());
      // A crash can come between the two writes of a check that moved: the later one counts.
      if (other == null || rival == null) {
        checks.put(check.id(), check);
      } else if (rival.modifyIndex() < check.modifyIndex()) {
        draft.put(other.withChecks(kept -> kept.remove(check.id())), false, true);
        checks.put(check.id(), check);
      }
    }
    draft.put(new Entry(registration, checks), true, true);
  }

  private long reserve() throws IOException {
    byte[] stored = store.loadAll(INDEX_KIND).resources().get("index");
    long start = stored == null ? 1 : JSON.readTree(stored).path("reserved").asLong();
    writeIndex(start + RESERVED);
    reserved.set(start + RESERVED);
    return start;
  }

  private void writeIndex(long index) throws IOException {
    store.put(INDEX_KIND, "index", JSON.createObjectNode().put("reserved", index));
  }

  private static Collection<Check> checks(String id, Contents contents) {
    Entry entry = contents.entries().get(id);
    return id.isEmpty()
        ? contents.nodeChecks().values()
        : entry == null ? List.of() : entry.checks().values();
  }

  private static List<String> statuses(Collection<Check> checks) {
    return checks.stream().map(check -> check.id() + " " + check.status()).toList();
  }
}
