package dev.weft.agent.replication.infinispan;

import dev.weft.agent.replication.ReplicatedMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.infinispan.Cache;

/** One cache as a map. Thread-safe. */
final class InfinispanMap implements ReplicatedMap {

  private final Cache<String, byte[]> cache;

  InfinispanMap(Cache<String, byte[]> cache) {
    this.cache = cache;
  }

  @Override
  public Optional<byte[]> get(String key) {
    return Optional.ofNullable(cache.get(key));
  }

  @Override
  public Map<String, byte[]> snapshot() {
    return new HashMap<>(cache);
  }

  @Override
  public void put(String key, byte[] value) {
    cache.put(key, value);
  }

  @Override
  public void remove(String key) {
    cache.remove(key);
  }

  @Override
  public AutoCloseable subscribe(Listener listener) {
    CacheEvents events = new CacheEvents(cache, listener);
    cache.addListener(events);
    // After the registration, so that nothing falls between; each key is read anew under the
    // events' lock.
    cache.keySet().forEach(events::tell);
    return () -> cache.removeListener(events);
  }
}
