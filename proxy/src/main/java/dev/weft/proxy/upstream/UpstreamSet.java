package dev.weft.proxy.upstream;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.upstream.pool.HostPool;
import dev.weft.proxy.upstream.shared.SharedUpstream;
import dev.weft.proxy.upstream.shared.SharedUpstreams;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** All upstreams of one worker, kept in step with the snapshots. */
@LoopConfined
public final class UpstreamSet {
  private final SharedUpstreams shared;
  private final ProxyMetrics metrics;
  private final HostPool.Factory pools;
  private final RandomGenerator random;
  private final Map<String, Upstream> upstreams = new HashMap<>();
  private Snapshot snapshot = Snapshot.EMPTY;

  public UpstreamSet(
      SharedUpstreams shared,
      ProxyMetrics metrics,
      HostPool.Factory pools,
      RandomGenerator random) {
    this.shared = shared;
    this.metrics = metrics;
    this.pools = pools;
    this.random = random;
  }

  /** The upstream; {@code null}: unknown. */
  public @Nullable Upstream get(String name) {
    return upstreams.get(name);
  }

  /** All of them. */
  public Iterable<Upstream> all() {
    return upstreams.values();
  }

  /** Takes over a snapshot; what it left as it was is not touched. */
  public void onSnapshot(Snapshot next) {
    Snapshot before = snapshot;
    snapshot = next;
    for (UpstreamConfig config : next.upstreams().values()) {
      Upstream upstream = upstreams.get(config.name());
      EndpointSet endpoints = endpoints(next, config);
      if (upstream == null) {
        SharedUpstream common = shared.hold(config.name());
        upstream = new Upstream(config, common, metrics.upstream(config.name()), pools, random);
        upstreams.put(config.name(), upstream);
      } else if (upstream.config().equals(config) && same(endpoints(before, config), endpoints)) {
        continue;
      }
      upstream.shared().configure(next.version(), config);
      upstream.update(config, endpoints);
    }
    for (Iterator<Upstream> all = upstreams.values().iterator(); all.hasNext(); ) {
      Upstream upstream = all.next();
      if (!next.upstreams().containsKey(upstream.name())) {
        all.remove();
        upstream.remove();
        shared.release(upstream.name());
      }
    }
  }

  private static @Nullable EndpointSet endpoints(Snapshot of, UpstreamConfig config) {
    return config.endpointsName().isEmpty()
        ? config.inlineEndpoints()
        : of.endpoints().get(config.endpointsName());
  }

  private static boolean same(@Nullable EndpointSet a, @Nullable EndpointSet b) {
    return Objects.equals(a, b);
  }

  /** Lets ejected hosts back in whose time is over. Called by one worker for all of them. */
  public void sweepOutliers(long nanos) {
    for (Upstream upstream : upstreams.values()) {
      upstream.sweepOutliers(nanos);
    }
  }

  /** The worker ends. */
  public void close() {
    onSnapshot(Snapshot.EMPTY);
  }
}
