package dev.weft.agent.replication;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.weft.agent.store.ResourceStore;
import dev.weft.v1.Entry;
import dev.weft.v1.Position;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes what arrives from peers to disk behind the stream's back, so that a slow disk delays
 * acknowledgements and nothing else. Of several changes of one key that wait, the newest alone is
 * written. A position is written after everything before it, and only then reported as durable.
 *
 * <p>Thread-safe; the disk is touched on the thread {@code weft-imports} only.
 */
public final class ImportPersistence implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(ImportPersistence.class);
  private static final String ENTRIES = "imports";
  private static final String POSITIONS = "import-positions";
  private static final Duration AFTER_TROUBLE = Duration.ofSeconds(1);

  private final ResourceStore store;
  private final OwnerThread disk = new OwnerThread("weft-imports");
  private final Map<String, Pending> pending = new HashMap<>();

  /** What waits to be written of one peer. A {@code null} entry is a removal. */
  private static final class Pending {
    private final Map<String, @Nullable Entry> entries = new LinkedHashMap<>();
    private @Nullable StreamPosition position;
    private Consumer<StreamPosition> durable = _ -> {};
  }

  /** What was kept of a peer. */
  record Restored(StreamPosition position, List<Entry> entries) {}

  public ImportPersistence(ResourceStore store) {
    this.store = store;
  }

  /**
   * Reads what was kept of a peer. Blocks on the disk. An entry that cannot be read makes the
   * position worthless.
   */
  Restored restore(String peer) {
    try {
      List<Entry> entries = new ArrayList<>();
      boolean whole = true;
      for (Map.Entry<String, byte[]> kept : store.loadAll(ENTRIES).resources().entrySet()) {
        if (kept.getKey().startsWith(peer + "/")) {
          Optional<Entry> entry = parse(kept.getKey(), kept.getValue());
          entry.ifPresent(entries::add);
          whole &= entry.isPresent();
        }
      }
      byte[] position = store.get(POSITIONS, peer).orElse(null);
      // A file set aside as corrupt shows up as a digest that differs from the origin's, and then
      // as a full transfer.
      return new Restored(
          position != null && whole ? position(peer, position) : StreamPosition.NONE, entries);
    } catch (IOException e) {
      LOG.errorf(e, "what was kept of peer %s cannot be read; everything is asked for again", peer);
      return new Restored(StreamPosition.NONE, List.of());
    }
  }

  void put(String peer, Entry entry) {
    later(peer, waiting -> waiting.entries.put(entry.getKey(), entry));
  }

  void remove(String peer, String key) {
    later(peer, waiting -> waiting.entries.put(key, null));
  }

  /**
   * Everything handed in before belongs to this position.
   *
   * @param durable told, on another thread, when that is on disk; not told of positions that a
   *     later one overtakes
   */
  void position(String peer, StreamPosition position, Consumer<StreamPosition> durable) {
    later(
        peer,
        waiting -> {
          waiting.position = position;
          waiting.durable = durable;
        });
  }

  @Override
  public void close() {
    disk.close();
  }

  private void later(String peer, Consumer<Pending> change) {
    boolean idle;
    synchronized (pending) {
      idle = !pending.containsKey(peer);
      change.accept(pending.computeIfAbsent(peer, _ -> new Pending()));
    }
    if (idle) {
      disk.run(() -> write(peer));
    }
  }

  private void write(String peer) {
    Pending batch;
    synchronized (pending) {
      batch = pending.remove(peer);
    }
    if (batch == null) {
      return;
    }
    try {
      for (Map.Entry<String, @Nullable Entry> change : batch.entries.entrySet()) {
        String name = ImportFeed.key(peer, change.getKey());
        Entry entry = change.getValue();
        if (entry == null) {
          store.delete(ENTRIES, name);
        } else {
          store.put(ENTRIES, name, json(entry));
        }
      }
      StreamPosition position = batch.position;
      if (position != null) {
        store.put(POSITIONS, peer, json(position.toMessage()));
        batch.durable.accept(position);
      }
    } catch (IOException e) {
      LOG.errorf(
          e,
          "imports of peer %s cannot be stored; tried again in %d s",
          peer,
          AFTER_TROUBLE.toSeconds());
      putBack(peer, batch);
      disk.after(AFTER_TROUBLE, () -> write(peer));
    }
  }

  private void putBack(String peer, Pending batch) {
    synchronized (pending) {
      Pending newer = pending.put(peer, batch);
      if (newer != null) {
        batch.entries.putAll(newer.entries);
        if (newer.position != null) {
          batch.position = newer.position;
          batch.durable = newer.durable;
        }
      }
    }
  }

  private static Optional<Entry> parse(String name, byte[] json) {
    try {
      Entry.Builder entry = Entry.newBuilder();
      JsonFormat.parser().ignoringUnknownFields().merge(new String(json, UTF_8), entry);
      StreamPosition.of(entry.getPosition());
      return Optional.of(entry.build());
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      LOG.errorf(e, "the kept import %s is malformed", name);
      return Optional.empty();
    }
  }

  private static StreamPosition position(String peer, byte[] json) {
    try {
      Position.Builder position = Position.newBuilder();
      JsonFormat.parser().ignoringUnknownFields().merge(new String(json, UTF_8), position);
      return StreamPosition.of(position.build());
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      LOG.errorf(
          e, "the kept position of peer %s is malformed; everything is asked for again", peer);
      return StreamPosition.NONE;
    }
  }

  private static byte[] json(com.google.protobuf.MessageOrBuilder message) throws IOException {
    return JsonFormat.printer().print(message).getBytes(UTF_8);
  }
}
