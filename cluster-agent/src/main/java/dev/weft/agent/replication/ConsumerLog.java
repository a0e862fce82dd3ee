package dev.weft.agent.replication;

import dev.weft.v1.Entry;
import dev.weft.v1.ExportedService;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one consumer may see, in the order of its last changes. Each key is in it once, at the
 * sequence of its newest change, so what a consumer has missed is the tail after its position and
 * takes no more room than there are keys, however long it is away.
 *
 * <p>A removed key stays as a tombstone until the consumer has acknowledged it, at most {@value
 * #MOST_TOMBSTONES} of them; a consumer that is further behind gets everything again. Knows no
 * transport and no clock. Not thread-safe: confined to {@link FederationOrigin}.
 */
final class ConsumerLog {

  static final int MOST_TOMBSTONES = 10_000;

  private final long epoch;
  private final Map<String, Item> items = new HashMap<>();
  private final TreeMap<Long, String> bySequence = new TreeMap<>();
  private long sequence;
  private long forgottenThrough;
  private int tombstones;
  private EntryDigest digest = EntryDigest.EMPTY;

  /**
   * @param service what is sent; {@code null}: a tombstone
   * @param seen what a view said last, which may differ from it in ages: the same object need not
   *     be compared again
   */
  private record Item(
      long sequence, @Nullable ExportedService service, @Nullable ExportedService seen) {}

  ConsumerLog(long epoch) {
    this.epoch = epoch;
  }

  /** Makes the content equal to this view; {@code false} when it was. */
  // Identity is the point: a view keeps the object of a service that did not change.
  @SuppressWarnings("ReferenceEquality")
  boolean update(Map<String, ExportedService> view) {
    long before = sequence;
    view.forEach((key, service) -> {
      Item known = items.get(key);
      if (known == null || known.service() == null) {
        set(key, service);
      } else if (known.seen() != service) {
        if (ExportView.sameForTraffic(known.service(), service)) {
          items.put(key, new Item(known.sequence(), known.service(), service));
        } else {
          set(key, service);
        }
      }
    });
    Set<String> gone = new HashSet<>();
    items.forEach((key, item) -> {
      if (item.service() != null && !view.containsKey(key)) {
        gone.add(key);
      }
    });
    gone.forEach(key -> set(key, null));
    boundTombstones();
    return sequence != before;
  }

  /** The oldest change after a sequence. */
  Optional<Entry> next(long after) {
    Map.Entry<Long, String> next = bySequence.higherEntry(after);
    if (next == null) {
      return Optional.empty();
    }
    Entry.Builder entry =
        Entry.newBuilder()
            .setKey(next.getValue())
            .setPosition(new StreamPosition(epoch, next.getKey()).toMessage());
    Item item = items.get(next.getValue());
    return Optional.of(
        item == null || item.service() == null
            ? entry.setTombstone(true).build()
            : entry.setService(item.service()).build());
  }

  /** Whether a consumer at this position can go on from there. */
  boolean canResume(StreamPosition position) {
    return position.epoch() == epoch
        && position.sequence() <= sequence
        && position.sequence() >= forgottenThrough;
  }

  /**
   * Moves all that is alive behind a new floor and forgets every tombstone: what follows the floor
   * is the whole content.
   *
   * @return the floor
   */
  StreamPosition beginFull() {
    StreamPosition floor = position();
    dropTombstones(sequence);
    Map.copyOf(items).forEach((key, item) -> set(key, item.service()));
    // A consumer that stops half way has nothing to resume from.
    forgottenThrough = floor.sequence();
    return floor;
  }

  Set<String> keys() {
    return Set.copyOf(items.keySet());
  }

  /** The consumer has everything up to here, durably. A position of another epoch says nothing. */
  void acknowledged(StreamPosition position) {
    if (position.epoch() == epoch) {
      dropTombstones(Math.min(position.sequence(), sequence));
    }
  }

  StreamPosition position() {
    return new StreamPosition(epoch, sequence);
  }

  long epoch() {
    return epoch;
  }

  int tombstones() {
    return tombstones;
  }

  EntryDigest digest() {
    return digest;
  }

  private void set(String key, @Nullable ExportedService service) {
    Item known = items.get(key);
    if (known != null) {
      bySequence.remove(known.sequence());
      if (known.service() == null) {
        tombstones--;
      } else {
        digest = digest.minus(key, new StreamPosition(epoch, known.sequence()));
      }
    }
    sequence++;
    items.put(key, new Item(sequence, service, service));
    bySequence.put(sequence, key);
    if (service == null) {
      tombstones++;
    } else {
      digest = digest.plus(key, position());
    }
  }

  private void boundTombstones() {
    if (tombstones > MOST_TOMBSTONES) {
      dropTombstones(sequence);
    }
  }

  private void dropTombstones(long through) {
    if (tombstones == 0) {
      return;
    }
    items
        .entrySet()
        .removeIf(entry -> {
          Item item = entry.getValue();
          boolean drop = item.service() == null && item.sequence() <= through;
          if (drop) {
            bySequence.remove(item.sequence());
            forgottenThrough = Math.max(forgottenThrough, item.sequence());
            tombstones--;
          }
          return drop;
        });
  }
}
