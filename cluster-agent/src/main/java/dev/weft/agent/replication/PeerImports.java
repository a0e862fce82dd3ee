package dev.weft.agent.replication;

import dev.weft.v1.Digest;
import dev.weft.v1.Entry;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What this cluster holds of one peer: merges what the stream brings, hands changes to the replicas
 * and to the disk. It knows how far it is complete: inside a full transfer nothing is, so a stream
 * that breaks off there is begun anew. Confined to its {@link PeerConsumer}.
 */
final class PeerImports {

  private static final int MOST_ENTRIES = 100_000;
  private static final int LONGEST_KEY = 512;

  private final String peer;
  private final ReplicatedMap imports;
  private final ImportPersistence persistence;
  private final Consumer<StreamPosition> durable;
  private final PeerEntries entries = new PeerEntries();
  private StreamPosition complete;
  private long highestEpoch;
  private @Nullable StreamPosition fullFloor;

  /**
   * Takes up what was kept. Blocks on the disk.
   *
   * @param durable told on another thread how far everything is on disk
   */
  PeerImports(
      String peer,
      ReplicatedMap imports,
      ImportPersistence persistence,
      Consumer<StreamPosition> durable) {
    this.peer = peer;
    this.imports = imports;
    this.persistence = persistence;
    this.durable = durable;
    ImportPersistence.Restored restored = persistence.restore(peer);
    this.complete = restored.position();
    this.highestEpoch = complete.epoch();
    for (Entry entry : restored.entries()) {
      apply(entry);
    }
    entries.settle(complete);
  }

  /** A stream that came before this one left nothing half done behind. */
  void streamBegins() {
    fullFloor = null;
  }

  /** The position to resume from. */
  StreamPosition complete() {
    return complete;
  }

  long highestEpoch() {
    return highestEpoch;
  }

  int count() {
    return Math.toIntExact(entries.digest().count());
  }

  /** A full transfer begins. */
  void fullBegins(StreamPosition floor) {
    highestEpoch = Math.max(highestEpoch, floor.epoch());
    fullFloor = floor;
  }

  /**
   * An entry arrived.
   *
   * @throws IllegalArgumentException when it is beyond any limit, so that the stream has to end
   */
  void entry(Entry entry) {
    StreamPosition position = StreamPosition.of(entry.getPosition());
    if (entry.getKey().isEmpty() || entry.getKey().length() > LONGEST_KEY) {
      throw new IllegalArgumentException("a key of " + entry.getKey().length() + " characters");
    }
    if (entries.size() >= MOST_ENTRIES) {
      throw new IllegalArgumentException("more than " + MOST_ENTRIES + " entries");
    }
    if (apply(entry)) {
      if (entry.getTombstone()) {
        persistence.remove(peer, entry.getKey());
      } else {
        persistence.put(peer, entry);
      }
    }
    // Who holds nothing, or does not trust what it holds, is complete again after a full transfer
    // only.
    if (fullFloor == null && !complete.equals(StreamPosition.NONE)) {
      complete(position);
    }
  }

  /** A full transfer is over: what was not sent again is gone. */
  void fullEnds(StreamPosition position) {
    StreamPosition floor = fullFloor;
    if (floor == null) {
      throw new IllegalArgumentException("the end of a full transfer that did not begin");
    }
    fullFloor = null;
    for (String gone : entries.raiseFloor(floor)) {
      imports.remove(ImportFeed.key(peer, gone));
      persistence.remove(peer, gone);
    }
    complete(position);
  }

  /** Whether what is held is what the origin says, at the very position it says it of. */
  boolean agrees(StreamPosition position, Digest digest) {
    return fullFloor == null && complete.equals(position) && entries.digest().matches(digest);
  }

  /** What is held is wrong: nothing to resume from. */
  void distrust() {
    complete = StreamPosition.NONE;
    persistence.position(peer, complete, _ -> {});
  }

  /** The peer was removed: forgets everything of it. */
  void forget() {
    for (Entry entry : entries.live()) {
      imports.remove(ImportFeed.key(peer, entry.getKey()));
      persistence.remove(peer, entry.getKey());
    }
    persistence.position(peer, StreamPosition.NONE, _ -> {});
  }

  private boolean apply(Entry entry) {
    boolean wasLive = entries.get(entry.getKey()).isPresent();
    if (!entries.merge(entry)) {
      return false;
    }
    highestEpoch = Math.max(highestEpoch, entry.getPosition().getEpoch());
    if (!entry.getTombstone()) {
      imports.put(ImportFeed.key(peer, entry.getKey()), entry.toByteArray());
    } else if (wasLive) {
      imports.remove(ImportFeed.key(peer, entry.getKey()));
    }
    return true;
  }

  private void complete(StreamPosition position) {
    if (position.after(complete)) {
      complete = position;
      entries.settle(position);
      persistence.position(peer, position, durable);
    }
  }
}
