package dev.weft.agent.replication;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.store.ResourceStore;
import java.io.IOException;

/**
 * The epochs that this cluster has used towards each consumer, one file each. An epoch is one life
 * of the origin's process: what a log holds of sequences and tombstones is in memory only, so each
 * life begins a new one, and with it a full transfer.
 *
 * <p>Not thread-safe: called by {@link FederationOrigin}'s thread. Blocks on the disk.
 */
final class EpochStore {

  private static final String KIND = "federation-epochs";

  /**
   * Above this a peer's echo is no epoch that anybody counted up to, but an attempt to use them up.
   */
  private static final long HIGHEST = Long.MAX_VALUE / 2;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ResourceStore store;

  EpochStore(ResourceStore store) {
    this.store = store;
  }

  /**
   * An epoch above every one used before, durable before it is returned.
   *
   * @param echoed the highest epoch that the consumer remembers, which is what is left when the own
   *     data are lost
   * @throws IllegalArgumentException when the echo is absurd
   */
  long next(String consumer, long echoed) throws IOException {
    if (echoed < 0 || echoed > HIGHEST) {
      throw new IllegalArgumentException(
          "epoch " + Long.toUnsignedString(echoed) + " is out of range");
    }
    long used = 0;
    byte[] stored = store.get(KIND, consumer).orElse(null);
    if (stored != null) {
      JsonNode epoch = JSON.readTree(stored).path("epoch");
      used = epoch.isIntegralNumber() ? Math.max(0, epoch.longValue()) : 0;
    }
    long next = Math.max(used, echoed) + 1;
    store.put(KIND, consumer, JSON.createObjectNode().put("epoch", next));
    return next;
  }
}
