package dev.weft.proxy.upstream;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.EndpointSet.Endpoint;
import dev.weft.proxy.config.EndpointSet.Health;
import dev.weft.proxy.upstream.lb.Candidate;
import dev.weft.proxy.upstream.outlier.HostRecord;
import dev.weft.proxy.upstream.pool.ConnectionLimit;
import dev.weft.proxy.upstream.pool.HostPool;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import dev.weft.proxy.upstream.shared.HostKey;
import org.jspecify.annotations.Nullable;

/**
 * One host of an upstream in one worker. The same object across updates for as long as address and
 * server name stay, so that its connections, counts and record live on.
 */
@LoopConfined
public final class Host implements Candidate {
  private final HostKey key;
  private final HostRecord record;
  private final HostPool.Factory pools;
  private final ConnectionLimit limit;
  private Endpoint endpoint;
  private int priority;
  private HostTarget target;
  private @Nullable HostPool pool;
  private int active;
  private boolean removed;

  Host(
      HostKey key,
      HostRecord record,
      HostPool.Factory pools,
      ConnectionLimit limit,
      Endpoint endpoint,
      int priority,
      HostTarget target) {
    this.key = key;
    this.record = record;
    this.pools = pools;
    this.limit = limit;
    this.endpoint = endpoint;
    this.priority = priority;
    this.target = target;
  }

  /** Takes over what an update says; a host that is dialled in another way gets new connections. */
  void update(Endpoint newEndpoint, int newPriority, HostTarget newTarget) {
    endpoint = newEndpoint;
    priority = newPriority;
    if (!newTarget.equals(target)) {
      target = newTarget;
      drainPool();
    }
  }

  /** The host is no longer in the upstream: what it is busy with may end. */
  void remove() {
    removed = true;
    drainPool();
  }

  private void drainPool() {
    HostPool old = pool;
    pool = null;
    if (old != null) {
      old.drain();
    }
  }

  /** Connections to the host; not to be kept over an update. */
  public HostPool pool() {
    HostPool current = pool;
    if (current == null) {
      current = pools.create(target, limit);
      pool = current;
      if (removed) {
        // Chosen before it was removed: one last use.
        pool = null;
      }
    }
    return current;
  }

  public HostKey key() {
    return key;
  }

  /** Its health in the whole process. */
  public HostRecord record() {
    return record;
  }

  /** How it is dialled. */
  public HostTarget target() {
    return target;
  }

  /** What the last update says of it. */
  public Endpoint endpoint() {
    return endpoint;
  }

  public int priority() {
    return priority;
  }

  @Override
  public int weight() {
    return Math.max(1, endpoint.weight());
  }

  @Override
  public String hashKey() {
    return endpoint.labels().getOrDefault("hash_key", toString());
  }

  @Override
  public int active() {
    return active;
  }

  /** Something was sent its way. */
  public void begin() {
    active++;
  }

  /** What {@link #begin} counted is over. */
  public void end() {
    active--;
  }

  /** Whether the host takes part in balancing. */
  boolean healthy() {
    return endpoint.health() == Health.HEALTHY && record.eligible();
  }

  /** Whether the host takes part once healthy ones do not suffice. */
  boolean degraded() {
    return endpoint.health() == Health.DEGRADED && record.eligible();
  }

  @Override
  public String toString() {
    return key.sni().isEmpty() ? key.address().toString() : key.address() + "/" + key.sni();
  }
}
