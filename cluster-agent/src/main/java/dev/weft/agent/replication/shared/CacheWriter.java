package dev.weft.agent.replication.shared;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.replication.OwnerThread;
import dev.weft.agent.replication.ReplicatedMap;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes the values of one map that this replica answers for, behind whoever hands them in. Of
 * several values of one key that wait the newest alone is written, and a key is written once at a
 * time. A write that fails is tried again until it succeeds or a newer one takes its place. It
 * listens to its own map, and puts back what somebody overwrote with something older or took away.
 *
 * <p>Thread-safe. Maps are written and values are made on the owner's thread.
 */
final class CacheWriter implements ReplicatedMap.Listener {

  private static final Logger LOG = Logger.getLogger(CacheWriter.class);

  /** Keys whose write has begun and not ended, at most. */
  private static final int MOST_UNDER_WAY = 256;

  private final String name;
  private final ReplicatedMap map;
  private final long term;
  private final String writer;
  private final Timings timings;
  private final OwnerThread owner;

  /** Its fields below are guarded by this object's lock. */
  private final Map<String, Wanted> waiting = new LinkedHashMap<>();

  private final Set<String> underWay = new HashSet<>();
  private final Map<String, Written> written = new HashMap<>();
  private final List<CompletableFuture<Void>> settling = new ArrayList<>();
  private long sequence;
  private long failures;
  private boolean scheduled;
  private boolean fenced;

  /**
   * How long things take.
   *
   * @param retry between two tries of what fails
   * @param tombstone how long a removal is remembered in the map: longer than anything older can be
   *     under way
   */
  record Timings(Duration retry, Duration tombstone) {
    static final Timings USUAL = new Timings(Duration.ofMillis(200), Duration.ofMinutes(5));
  }

  /** What a key shall hold. */
  private sealed interface Wanted {
    /** A new value; {@code null}: none any more. */
    record Fresh(Version version, @Nullable Supplier<? extends JsonNode> content)
        implements Wanted {}

    /** What was written before. */
    record Again(Written written) implements Wanted {}
  }

  /** One write of a key; two of them are the same when they are the same object. */
  private static final class Written {
    private final Version version;
    private final byte[] value;
    private final boolean gone;

    Written(Version version, byte[] value, boolean gone) {
      this.version = version;
      this.value = value;
      this.gone = gone;
    }
  }

  /**
   * @param name of the map, for the log
   * @param term of this replica's tenure
   * @param writer this replica
   */
  CacheWriter(
      String name,
      ReplicatedMap map,
      long term,
      String writer,
      Timings timings,
      OwnerThread owner) {
    this.name = name;
    this.map = map;
    this.term = term;
    this.writer = writer;
    this.timings = timings;
    this.owner = owner;
  }

  /**
   * Replaces a key's value.
   *
   * @param content called once at most, later, on the owner's thread
   */
  synchronized void put(String key, Supplier<? extends JsonNode> content) {
    want(key, new Wanted.Fresh(next(), content));
  }

  /** Takes a key away, unless it is not there. */
  synchronized void remove(String key) {
    boolean there =
        switch (waiting.get(key)) {
          case Wanted.Fresh fresh -> fresh.content() != null;
          case Wanted.Again again -> !again.written().gone;
          case null -> {
            Written last = written.get(key);
            // What is under way may just be in the making.
            yield underWay.contains(key) || (last == null ? map.get(key).isPresent() : !last.gone);
          }
        };
    if (there) {
      want(key, new Wanted.Fresh(next(), null));
    }
  }

  /** Takes away what others wrote before and this replica has not spoken of. */
  void retireOthers() {
    for (String key : map.snapshot().keySet()) {
      synchronized (this) {
        if (!written.containsKey(key) && !waiting.containsKey(key) && !underWay.contains(key)) {
          remove(key);
        }
      }
    }
  }

  /** Writes everything anew, for replicas that came or come back from the other side of a cut. */
  synchronized void rewrite() {
    written.forEach((key, value) -> waiting.putIfAbsent(key, new Wanted.Again(value)));
    schedule();
  }

  /** How many keys wait to be written or are being written. */
  synchronized int waiting() {
    return waiting.size() + underWay.size();
  }

  /** Completes when nothing waits any more. */
  synchronized CompletionStage<Void> settle() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    settling.add(done);
    settled();
    return done;
  }

  @Override
  public void put(String key, byte[] value) {
    Written mine;
    synchronized (this) {
      mine = written.get(key);
    }
    if (mine != null && Arrays.equals(mine.value, value)) {
      return;
    }
    try {
      Stamped seen = Stamped.decode(value);
      if (seen.version().term() > term) {
        fence(seen);
      } else if (mine != null && mine.version.after(seen.version())) {
        putBack(key, mine);
      }
    } catch (IOException e) {
      if (mine != null) {
        LOG.errorf("%s %s was overwritten with something malformed", name, key);
        putBack(key, mine);
      }
    }
  }

  @Override
  public synchronized void removed(String key) {
    Written mine = written.get(key);
    if (mine != null) {
      putBack(key, mine);
    }
  }

  private synchronized void putBack(String key, Written mine) {
    if (written.get(key) == mine && waiting.putIfAbsent(key, new Wanted.Again(mine)) == null) {
      LOG.debugf("%s %s is put back", name, key);
      schedule();
    }
  }

  private synchronized void fence(Stamped seen) {
    if (!fenced) {
      fenced = true;
      LOG.errorf(
          "%s: replica %s writes in term %d, this one, of term %d, writes no more",
          name, seen.writer(), seen.version().term(), term);
    }
    waiting.clear();
    settled();
  }

  private Version next() {
    sequence++;
    return new Version(term, sequence);
  }

  private void want(String key, Wanted wanted) {
    if (!fenced) {
      waiting.put(key, wanted);
      schedule();
    }
  }

  private void schedule() {
    if (!scheduled && !waiting.isEmpty()) {
      scheduled = true;
      owner.run(this::drain);
    }
  }

  private void drain() {
    synchronized (this) {
      scheduled = false;
    }
    for (String key = take(); key != null; key = take()) {
      write(key);
    }
  }

  /** The next key to write, now under way; {@code null}: none for now. */
  private synchronized @Nullable String take() {
    if (underWay.size() >= MOST_UNDER_WAY) {
      return null;
    }
    for (String key : waiting.keySet()) {
      if (underWay.add(key)) {
        return key;
      }
    }
    return null;
  }

  private void write(String key) {
    Wanted wanted;
    synchronized (this) {
      wanted = waiting.remove(key);
    }
    try {
      Written value =
          switch (wanted) {
            case Wanted.Fresh(Version version, Supplier<? extends JsonNode> content) ->
                encode(version, content);
            case Wanted.Again(Written before) -> before;
            // It was fenced off in between.
            case null -> null;
          };
      if (value != null && begins(key, wanted instanceof Wanted.Again, value)) {
        begin(key, value).whenComplete((_, failure) -> finished(key, value, failure));
      } else {
        finished(key, null, null);
      }
    } catch (RuntimeException e) {
      LOG.errorf(e, "bug: %s %s could not be made", name, key);
      finished(key, null, null);
    }
  }

  /** Whether the value is still to be written: of a key nothing is written after a newer one. */
  private synchronized boolean begins(String key, boolean again, Written value) {
    boolean overtaken = again && written.get(key) != value;
    if (!overtaken && !fenced) {
      written.put(key, value);
      return true;
    }
    return false;
  }

  private Written encode(Version version, @Nullable Supplier<? extends JsonNode> content) {
    JsonNode made = content == null ? null : content.get();
    return new Written(version, new Stamped(version, writer, made).encode(), made == null);
  }

  private CompletionStage<?> begin(String key, Written value) {
    try {
      return map.putAsync(key, value.value);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private synchronized void finished(
      String key, @Nullable Written value, @Nullable Throwable failure) {
    if (failure != null && value != null && !fenced) {
      // It stays under way until it is tried again.
      owner.after(timings.retry(), () -> again(key, value));
      failures++;
      if (failures == 1 || failures % 100 == 0) {
        LOG.warnf(
            "%s %s could not be written, tried again in %d ms: %s",
            name, key, timings.retry().toMillis(), failure.getMessage());
      }
    } else {
      underWay.remove(key);
      if (value != null && value.gone) {
        owner.after(timings.tombstone(), () -> collect(key, value));
      }
      schedule();
    }
    settled();
  }

  private synchronized void again(String key, Written value) {
    underWay.remove(key);
    if (!fenced) {
      waiting.putIfAbsent(key, new Wanted.Again(value));
    }
    schedule();
    settled();
  }

  /** A removal that is old enough to be forgotten. */
  private void collect(String key, Written tombstone) {
    synchronized (this) {
      if (written.get(key) != tombstone || waiting.containsKey(key) || underWay.contains(key)) {
        return;
      }
      written.remove(key);
    }
    try {
      map.remove(key);
    } catch (RuntimeException e) {
      // It stays, and does no harm.
      LOG.debugf(e, "%s %s stays as a tombstone", name, key);
    }
  }

  private void settled() {
    if (waiting.isEmpty() && underWay.isEmpty()) {
      settling.forEach(done -> done.complete(null));
      settling.clear();
    }
  }
}
