package dev.weft.agent.replication.infinispan;

import dev.weft.agent.replication.ReplicatedMap;
import org.infinispan.Cache;
import org.infinispan.commons.IllegalLifecycleStateException;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachelistener.annotation.CacheEntryCreated;
import org.infinispan.notifications.cachelistener.annotation.CacheEntryModified;
import org.infinispan.notifications.cachelistener.annotation.CacheEntryRemoved;
import org.infinispan.notifications.cachelistener.annotation.DataRehashed;
import org.infinispan.notifications.cachelistener.event.CacheEntryEvent;
import org.infinispan.notifications.cachelistener.event.DataRehashedEvent;
import org.jboss.logging.Logger;

/**
 * Hands the events of a cache to a listener of ours, on this replica whoever wrote. Infinispan
 * calls it after each change, on the thread that makes it. Public because Infinispan calls it by
 * reflection.
 */
@Listener(observation = Listener.Observation.POST)
public final class CacheEvents {

  private static final Logger LOG = Logger.getLogger(CacheEvents.class);

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

  /**
   * Replicas came, went, or found each other, and every one of them has what it was to be sent of
   * the others' entries: that came without events of its own. Once for each rebalance, at its end;
   * without one nothing was sent.
   */
  @DataRehashed
  public void moved(DataRehashedEvent<String, byte[]> event) {
    if (!event.isPre()) {
      // Not on the thread that ends the rebalance: reading may wait for that.
      Thread.ofVirtual().name("weft-replicas").start(this::presentAll);
    }
  }

  /** Tells everything there is. */
  void presentAll() {
    try {
      cache.keySet().forEach(this::present);
    } catch (IllegalLifecycleStateException e) {
      // The cache has been stopped: nobody asks any more.
      LOG.debugf("%s: %s", cache.getName(), e.getMessage());
    }
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
