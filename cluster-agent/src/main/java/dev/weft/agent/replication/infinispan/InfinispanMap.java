package dev.weft.agent.replication.infinispan;

import dev.weft.agent.replication.ReplicatedMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.infinispan.AdvancedCache;
import org.infinispan.Cache;
import org.infinispan.context.Flag;

/** One cache as a map. Thread-safe. */
final class InfinispanMap implements ReplicatedMap {

  private final Cache<String, byte[]> cache;

  /** For writes: nobody reads what was there before, so it need not be fetched. */
  private final AdvancedCache<String, byte[]> blind;

  InfinispanMap(Cache<String, byte[]> cache) {
    this.cache = cache;
    this.blind = cache.getAdvancedCache().withFlags(Flag.IGNORE_RETURN_VALUES);
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
    blind.put(key, value);
  }

  @Override
  public CompletionStage<?> putAsync(String key, byte[] value) {
    return blind.putAsync(key, value);
  }

  @Override
  public void remove(String key) {
    blind.remove(key);
  }

  @Override
  public AutoCloseable subscribe(Listener listener) {
    CacheEvents events = new CacheEvents(cache, listener);
    cache.addListener(events);
    // After the registration, so that nothing falls between; each key is read anew under the
    // events' lock.
    events.presentAll();
    return () -> cache.removeListener(events);
  }
}
