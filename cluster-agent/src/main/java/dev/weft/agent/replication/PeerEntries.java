package dev.weft.agent.replication;

import dev.weft.v1.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one origin has told, merged: of each key the entry with the highest position counts, and
 * nothing at or before the floor. The result is the same whatever the order in which entries and
 * floors arrive and however often (commutative, idempotent), and a key never goes back to an older
 * entry (monotonic).
 *
 * <p>Tombstones stay until {@link #settle} says that everything before them has arrived. Knows no
 * transport and no clock. Not thread-safe: confined to its {@link PeerConsumer}.
 */
final class PeerEntries {

  private final Map<String, Entry> entries = new HashMap<>();
  private StreamPosition floor = StreamPosition.NONE;
  private StreamPosition settled = StreamPosition.NONE;
  private EntryDigest digest = EntryDigest.EMPTY;

  /** Takes in an entry; {@code false} when what is known already is as new. */
  boolean merge(Entry entry) {
    StreamPosition position = StreamPosition.of(entry.getPosition());
    Entry known = entries.get(entry.getKey());
    StreamPosition newest = known == null ? settled : StreamPosition.of(known.getPosition());
    if (!position.after(floor) || !position.after(newest)) {
      return false;
    }
    replace(entry.getKey(), entry);
    return true;
  }

  /**
   * Forgets everything at or before the floor: the end of a full transfer, in which all that is
   * still alive was sent again with a higher position.
   *
   * @return the keys that were alive and are gone
   */
  List<String> raiseFloor(StreamPosition newFloor) {
    List<String> gone = new ArrayList<>();
    if (newFloor.after(floor)) {
      floor = newFloor;
      for (Entry entry : List.copyOf(entries.values())) {
        if (!StreamPosition.of(entry.getPosition()).after(floor)) {
          forget(entry.getKey());
          if (!entry.getTombstone()) {
            gone.add(entry.getKey());
          }
        }
      }
    }
    return gone;
  }

  /** Everything up to the position has arrived: tombstones up to there have done their work. */
  void settle(StreamPosition position) {
    if (position.after(settled)) {
      settled = position;
      entries
          .values()
          .removeIf(entry ->
              entry.getTombstone() && !StreamPosition.of(entry.getPosition()).after(position));
    }
  }

  Optional<Entry> get(String key) {
    return Optional.ofNullable(entries.get(key)).filter(entry -> !entry.getTombstone());
  }

  /** What is alive. */
  Collection<Entry> live() {
    return entries.values().stream().filter(entry -> !entry.getTombstone()).toList();
  }

  /** Live entries and tombstones that are still needed. */
  int size() {
    return entries.size();
  }

  EntryDigest digest() {
    return digest;
  }

  private void replace(String key, Entry entry) {
    forget(key);
    entries.put(key, entry);
    if (!entry.getTombstone()) {
      digest = digest.plus(key, StreamPosition.of(entry.getPosition()));
    }
  }

  private void forget(String key) {
    Entry known = entries.remove(key);
    if (known != null && !known.getTombstone()) {
      digest = digest.minus(key, StreamPosition.of(known.getPosition()));
    }
  }
}
