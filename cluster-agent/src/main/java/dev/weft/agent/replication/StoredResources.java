package dev.weft.agent.replication;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.store.Loaded;
import dev.weft.agent.store.ResourceStore;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * What users wrote: on disk first, then in the replicated map, whose listeners tell the state. A
 * write that has returned is durable and on its way into the state. Keys in the map are {@code
 * <kind>/<namespace>/<name>}.
 *
 * <p>Thread-safe; writes are done one after the other, so that what a caller decides on what is
 * there still holds when it is written. Blocks on the disk.
 */
public final class StoredResources {

  private static final Logger LOG = Logger.getLogger(StoredResources.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ResourceStore store;
  private final ReplicatedMap map;
  private final ReentrantLock lock = new ReentrantLock();

  public StoredResources(ResourceStore store, ReplicatedMap map) {
    this.store = store;
    this.map = map;
  }

  /** What to do with a resource. */
  public sealed interface Change {
    record Write(JsonNode document) implements Change {}

    record Remove() implements Change {}

    /** Leave it as it is. */
    record Nothing() implements Change {}
  }

  /**
   * The one field that a stand-in has and a document never: why what was written cannot be read.
   */
  public static final String UNREADABLE = "unreadable";

  /**
   * Reads a kind from the disk into the map. To be called at the start, before the first write. In
   * the place of what is damaged stands a document that says so, which no kind takes for one of its
   * own: whoever reads it knows that there was something.
   */
  public void load(String kind) throws IOException {
    Loaded loaded = store.loadAll(kind);
    loaded
        .resources()
        .forEach((name, content) -> {
          String key = kind + "/" + name;
          map.put(key, isTree(content) ? content : standIn(kind, name, "it is no JSON"));
        });
    for (Loaded.Corrupt corrupt : loaded.lost()) {
      if (corrupt.name().indexOf('/') > 0) {
        map.put(
            kind + "/" + corrupt.name(),
            standIn(kind, corrupt.name(), corrupt.file() + ": " + corrupt.reason()));
      }
    }
  }

  private static boolean isTree(byte[] content) {
    try {
      return JSON.readTree(content).isObject();
    } catch (IOException e) {
      // Not lost: the caller puts a stand-in there, which is logged and counts as unreadable. The
      // parser's words stay out, since they quote what is there.
      return false;
    }
  }

  private static byte[] standIn(String kind, String name, String reason) {
    int slash = name.indexOf('/');
    ObjectNode document = JSON.createObjectNode();
    document
        .putObject("metadata")
        .put("namespace", name.substring(0, Math.max(0, slash)))
        .put("name", name.substring(slash + 1));
    document.put(UNREADABLE, reason);
    LOG.errorf("%s %s cannot be read: %s", kind, name, reason);
    return document.toString().getBytes(UTF_8);
  }

  /** One resource. */
  public Optional<JsonNode> get(String kind, String namespace, String name) {
    return map.get(key(kind, namespace, name)).map(StoredResources::parse);
  }

  /** All resources of a kind, by {@code <namespace>/<name>}, in that order. */
  public Map<String, JsonNode> list(String kind) {
    Map<String, JsonNode> found = new TreeMap<>();
    map.snapshot()
        .forEach((key, content) -> {
          if (key.startsWith(kind + "/")) {
            found.put(key.substring(kind.length() + 1), parse(content));
          }
        });
    return found;
  }

  /**
   * Changes a resource as the decision on what is there says; nobody else changes one meanwhile.
   *
   * @throws IOException when the change is not durable; then nothing of it is in force
   */
  public void change(
      String kind, String namespace, String name, Function<Optional<JsonNode>, Change> decision)
      throws IOException {
    lock.lock();
    try {
      switch (decision.apply(get(kind, namespace, name))) {
        case Change.Write(JsonNode document) -> {
          byte[] content = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(document);
          store.put(kind, namespace + "/" + name, content);
          store.forgetCorrupt(kind, namespace + "/" + name);
          map.put(key(kind, namespace, name), content);
        }
        case Change.Remove() -> {
          store.delete(kind, namespace + "/" + name);
          store.forgetCorrupt(kind, namespace + "/" + name);
          map.remove(key(kind, namespace, name));
        }
        case Change.Nothing() -> {}
      }
    } finally {
      lock.unlock();
    }
  }

  private static String key(String kind, String namespace, String name) {
    return kind + "/" + namespace + "/" + name;
  }

  private static JsonNode parse(byte[] content) {
    try {
      return JSON.readTree(content);
    } catch (IOException e) {
      // Only what was written or looked at above ever gets here.
      throw new IllegalStateException("a stored resource is no JSON", e);
    }
  }
}
