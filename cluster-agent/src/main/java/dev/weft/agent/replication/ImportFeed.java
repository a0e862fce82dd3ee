package dev.weft.agent.replication;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.v1.Entry;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * From the replicated imports to the state, on every replica. Keys are {@code <peer>/<entry key>},
 * values are serialized {@code weft.v1.Entry}. What a peer has no right to say becomes the removal
 * of what it said before, never a silent "as before". Thread-safe: stateless.
 */
public final class ImportFeed implements ReplicatedMap.Listener {

  private static final Logger LOG = Logger.getLogger(ImportFeed.class);

  private final String mesh;
  private final StateWriter writer;
  private final LongSupplier monotonicMillis;
  private final BiConsumer<String, String> refusals;

  /**
   * @param refusals told of each entry refused: peer, and the reason as one of a small closed set;
   *     thread-safe
   */
  public ImportFeed(
      String mesh,
      StateWriter writer,
      LongSupplier monotonicMillis,
      BiConsumer<String, String> refusals) {
    this.refusals = refusals;
    this.mesh = mesh;
    this.writer = writer;
    this.monotonicMillis = monotonicMillis;
  }

  /** The key of a peer's entry. */
  static String key(String peer, String entryKey) {
    return peer + "/" + entryKey;
  }

  @Override
  public void put(String key, byte[] value) {
    String peer = key.substring(0, key.indexOf('/'));
    try {
      switch (new ImportDecoder(peer, mesh)
          .decode(Entry.parseFrom(value), monotonicMillis.getAsLong())) {
        case ImportDecoder.Decoded.Service service ->
            writer.submit(new Delta.Imported(service.service()));
        case ImportDecoder.Decoded.Unknown _ ->
            LOG.debugf("entry %s is of a kind not known here", key);
        case ImportDecoder.Decoded.Refused refused -> {
          LOG.warnf("entry %s is refused: %s", key, refused.detail());
          refusals.accept(peer, refused.fault().label());
          removed(key);
        }
      }
    } catch (InvalidProtocolBufferException e) {
      LOG.errorf(e, "bug: the replicated entry %s is malformed", key);
    }
  }

  @Override
  public void removed(String key) {
    int slash = key.indexOf('/');
    ImportDecoder.serviceOf(key.substring(slash + 1))
        .ifPresent(
            service -> writer.submit(new Delta.ImportRemoved(key.substring(0, slash), service)));
  }
}
