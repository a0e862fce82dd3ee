package dev.weft.agent.replication.shared;

import dev.weft.agent.replication.OwnerThread;
import dev.weft.agent.replication.ReplicatedMap;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;

/**
 * A replicated map for writers whose changes are durable already: a write that fails is not theirs
 * to undo. It is tried again until it succeeds or a newer one of its key takes its place, and this
 * replica reads it as done meanwhile. Thread-safe; writes are made one after the other.
 */
public final class RetryingMap implements ReplicatedMap, AutoCloseable {

  private static final Logger LOG = Logger.getLogger(RetryingMap.class);

  private final String name;
  private final ReplicatedMap map;
  private final Duration retry;
  private final OwnerThread owner;

  /** What the map shall hold and does not yet; empty: nothing. Guarded by itself. */
  private final Map<String, Optional<byte[]>> pending = new LinkedHashMap<>();

  /**
   * @param name of the map, for the log and the thread
   */
  public RetryingMap(String name, ReplicatedMap map) {
    this(name, map, CacheWriter.Timings.USUAL.retry());
  }

  RetryingMap(String name, ReplicatedMap map, Duration retry) {
    this.name = name;
    this.map = map;
    this.retry = retry;
    this.owner = new OwnerThread("weft-" + name + "-retries");
  }

  @Override
  public Optional<byte[]> get(String key) {
    synchronized (pending) {
      Optional<byte[]> wanted = pending.get(key);
      return wanted != null ? wanted : map.get(key);
    }
  }

  @Override
  public Map<String, byte[]> snapshot() {
    synchronized (pending) {
      Map<String, byte[]> all = new HashMap<>(map.snapshot());
      pending.forEach((key, wanted) ->
          wanted.ifPresentOrElse(value -> all.put(key, value), () -> all.remove(key)));
      return all;
    }
  }

  @Override
  public void put(String key, byte[] value) {
    write(key, Optional.of(value));
  }

  @Override
  public CompletionStage<?> putAsync(String key, byte[] value) {
    put(key, value);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void remove(String key) {
    write(key, Optional.empty());
  }

  @Override
  public AutoCloseable subscribe(Listener listener) {
    return map.subscribe(listener);
  }

  @Override
  public void close() {
    owner.close();
  }

  private void write(String key, Optional<byte[]> wanted) {
    synchronized (pending) {
      if (pending.isEmpty() && done(key, wanted)) {
        return;
      }
      if (pending.isEmpty()) {
        owner.after(retry, this::again);
      }
      // Behind those that wait.
      pending.remove(key);
      pending.put(key, wanted);
    }
  }

  private void again() {
    synchronized (pending) {
      pending.entrySet().removeIf(one -> done(one.getKey(), one.getValue()));
      if (!pending.isEmpty()) {
        owner.after(retry, this::again);
      }
    }
  }

  private boolean done(String key, Optional<byte[]> wanted) {
    try {
      wanted.ifPresentOrElse(value -> map.put(key, value), () -> map.remove(key));
      return true;
    } catch (RuntimeException e) {
      LOG.warnf(
          "%s %s could not be written, tried again in %d ms: %s",
          name, key, retry.toMillis(), e.getMessage());
      return false;
    }
  }
}
