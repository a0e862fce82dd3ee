package dev.weft.agent.replication.shared;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.store.ResourceStore;
import java.io.IOException;

/** The highest term that this replica has written in. Not thread-safe; blocks on the disk. */
final class TermFile {

  private static final String KIND = "replication-term";
  private static final String NAME = "term";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ResourceStore store;

  TermFile(ResourceStore store) {
    this.store = store;
  }

  /**
   * A term above every one used before, durable before it is returned.
   *
   * @param seen the highest in the maps, which is what is left when the own data are lost
   */
  long next(long seen) throws IOException {
    byte[] stored = store.get(KIND, NAME).orElse(null);
    long used = stored == null ? 0 : JSON.readTree(stored).path("term").asLong();
    long next = Math.max(used, seen) + 1;
    store.put(KIND, NAME, JSON.createObjectNode().put("term", next));
    return next;
  }
}
