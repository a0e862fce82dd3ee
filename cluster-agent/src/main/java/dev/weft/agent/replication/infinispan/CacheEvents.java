package dev.weft.agent.replication.infinispan;

import dev.weft.agent.replication.ReplicatedMap;
import org.infinispan.Cache;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachelistener.annotation.CacheEntryCreated;
import org.infinispan.notifications.cachelistener.annotation.CacheEntryModified;
import org.infinispan.notifications.cachelistener.annotation.CacheEntryRemoved;
import org.infinispan.notifications.cachelistener.event.CacheEntryEvent;

/**
 * Hands the events of a cache to a listener of ours, on this replica whoever wrote. Infinispan
 * calls it after each change, on the thread that makes it. Public because Infinispan calls it by
 * reflection.
 */
@Listener(observation = Listener.Observation.POST)
public final class CacheEvents {

  private final Cache<String, byte[]> cache;
  private final ReplicatedMap.Listener listener;

  CacheEvents(Cache<String, byte[]> cache, ReplicatedMap.Listener listener) {
    this.cache = cache;
    this.listener = listener;
  }

  @CacheEntryCreated
  @CacheEntryModified
  @CacheEntryRemoved
  public void changed(CacheEntryEvent<String, byte[]> event) {
    tell(event.getKey());
  }

  /** Tells what the key holds before any event of it. */
  synchronized void present(String key) {
    byte[] value = cache.get(key);
    if (value != null) {
      listener.present(key, value);
    }
  }

  /** Tells what the key holds now: of two changes at once the later one is told, perhaps twice. */
  private synchronized void tell(String key) {
    byte[] value = cache.get(key);
    if (value == null) {
      listener.removed(key);
    } else {
      listener.put(key, value);
    }
  }
}
