package dev.weft.agent.replication.shared;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.replication.ReplicatedMap;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * From a replicated map to what follows it: each key's versions only ever forwards, whatever comes
 * late or twice. Thread-safe: told of one change at a time, under its lock. A value that this
 * version of the agent cannot read is left out and logged; others are not touched.
 */
final class VersionedFeed implements ReplicatedMap.Listener {

  private static final Logger LOG = Logger.getLogger(VersionedFeed.class);

  private final String name;
  private final Sink sink;
  private final Map<String, Held> held = new HashMap<>();
  private long highestTerm;

  private record Held(Version version, boolean gone) {}

  /** What follows the map. Called under the feed's lock; must not block. */
  interface Sink {
    /**
     * A newer value.
     *
     * @param remembered whether it was there when this replica began to follow
     * @throws IllegalArgumentException when it cannot be read
     */
    void put(String key, String writer, JsonNode content, boolean remembered);

    /** A value is gone. */
    void gone(String key);
  }

  /**
   * @param name of the map, for the log
   */
  VersionedFeed(String name, Sink sink) {
    this.name = name;
    this.sink = sink;
  }

  /** The highest term of any value so far. */
  synchronized long highestTerm() {
    return highestTerm;
  }

  @Override
  public void put(String key, byte[] value) {
    tell(key, value, false);
  }

  @Override
  public void present(String key, byte[] value) {
    tell(key, value, true);
  }

  @Override
  public synchronized void removed(String key) {
    // Writers remove what was said to be gone before, and nothing else; what is lost in another way
    // is put back by its writer.
    Held last = held.get(key);
    if (last != null && last.gone()) {
      held.remove(key);
    }
  }

  private synchronized void tell(String key, byte[] value, boolean remembered) {
    try {
      Stamped stamped = Stamped.decode(value);
      highestTerm = Math.max(highestTerm, stamped.version().term());
      Held last = held.get(key);
      if (last != null && !stamped.version().after(last.version())) {
        return;
      }
      JsonNode content = stamped.content();
      held.put(key, new Held(stamped.version(), content == null));
      if (content == null) {
        sink.gone(key);
      } else {
        sink.put(key, stamped.writer(), content, remembered);
      }
    } catch (IOException | IllegalArgumentException e) {
      LOG.errorf("%s %s is not understood and left out: %s", name, key, e.getMessage());
    }
  }
}
