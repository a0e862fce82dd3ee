package dev.weft.agent.replication.shared;

import dev.weft.agent.replication.ReplicatedMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** A real map whose next writes fail: without effect, or although they took effect. */
final class FlakyMap implements ReplicatedMap {
  private final ReplicatedMap map;
  private final AtomicInteger refuse = new AtomicInteger();
  private final AtomicInteger lie = new AtomicInteger();
  private final AtomicInteger writes = new AtomicInteger();

  FlakyMap(ReplicatedMap map) {
    this.map = map;
  }

  void refuse(int times) {
    refuse.set(times);
  }

  void reportFailure(int times) {
    lie.set(times);
  }

  int writes() {
    return writes.get();
  }

  int refusalsLeft() {
    return refuse.get();
  }

  @Override
  public CompletionStage<?> putAsync(String key, byte[] value) {
    writes.incrementAndGet();
    if (refuse.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      return CompletableFuture.failedFuture(new IllegalStateException("no quorum"));
    }
    if (lie.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      map.put(key, value);
      throw new IllegalStateException("a replica did not answer");
    }
    return map.putAsync(key, value);
  }

  @Override
  public Optional<byte[]> get(String key) {
    return map.get(key);
  }

  @Override
  public Map<String, byte[]> snapshot() {
    return map.snapshot();
  }

  @Override
  public void put(String key, byte[] value) {
    refuseSome();
    map.put(key, value);
  }

  @Override
  public void remove(String key) {
    refuseSome();
    map.remove(key);
  }

  private void refuseSome() {
    if (refuse.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new IllegalStateException("no quorum");
    }
  }

  @Override
  public AutoCloseable subscribe(Listener listener) {
    return map.subscribe(listener);
  }
}
