package dev.weft.agent.replication;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A named collection that all replicas of this cluster's agent hold in memory. It is no authority:
 * what has to outlive the process is in the {@link dev.weft.agent.store.ResourceStore} as well.
 *
 * <p>Thread-safe. Values are handed over: nobody changes an array after that.
 */
public interface ReplicatedMap {

  Optional<byte[]> get(String key);

  /** Everything, as a copy. */
  Map<String, byte[]> snapshot();

  /** Returns when every replica that is reachable has the value and has called its listeners. */
  void put(String key, byte[] value);

  /**
   * As {@link #put}, without waiting for it: completes when that would return, and fails when not
   * every replica is known to have the value; some may have it then. May complete at once.
   */
  CompletionStage<?> putAsync(String key, byte[] value);

  /**
   * Returns when every reachable replica has removed the key; not an error when it is not there.
   */
  void remove(String key);

  /**
   * Calls the listener for everything there is, on the calling thread, then for each change on any
   * replica, on the thread that brings it. A change made while this call runs may be told twice;
   * changes of one key are told in their order.
   *
   * @return ends the subscription
   */
  AutoCloseable subscribe(Listener listener);

  /** Must not block and not throw. */
  interface Listener {
    void put(String key, byte[] value);

    /**
     * What was there when the subscription began, or when replicas found each other: how long,
     * nobody knows. May be told again.
     */
    default void present(String key, byte[] value) {
      put(key, value);
    }

    void removed(String key);
  }
}
