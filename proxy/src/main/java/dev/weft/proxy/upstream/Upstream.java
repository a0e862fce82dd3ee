package dev.weft.proxy.upstream;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.EndpointSet.Endpoint;
import dev.weft.proxy.config.OutlierDetection;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.config.UpstreamConfig.Balancing;
import dev.weft.proxy.telemetry.UpstreamMetrics;
import dev.weft.proxy.upstream.lb.Balancer;
import dev.weft.proxy.upstream.lb.PriorityLoad;
import dev.weft.proxy.upstream.pool.HostPool;
import dev.weft.proxy.upstream.shared.HostKey;
import dev.weft.proxy.upstream.shared.SharedUpstream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One upstream in one worker: its hosts and the choice among them. */
@LoopConfined
public final class Upstream {
  private final String name;
  private final SharedUpstream shared;
  private final UpstreamMetrics metrics;
  private final HostPool.Factory pools;
  private final RandomGenerator random;
  private Map<HostKey, Host> hosts = new LinkedHashMap<>();
  private List<List<Host>> byPriority = List.of();
  private Map<String, Host> byServerName = Map.of();
  private Map<String, Boolean> instanceSuffixes = Map.of();
  private UpstreamConfig config;
  private int overprovisioning = 140;
  private int epoch;
  private long sweptAt;
  private @Nullable Priorities priorities;

  /** {@code null}: the upstream has no subsets. */
  private @Nullable SubsetIndex subsets;

  Upstream(
      UpstreamConfig config,
      SharedUpstream shared,
      UpstreamMetrics metrics,
      HostPool.Factory pools,
      RandomGenerator random) {
    this.name = config.name();
    this.config = config;
    this.shared = shared;
    this.metrics = metrics;
    this.pools = pools;
    this.random = random;
  }

  /** Takes over settings and endpoints; hosts that stay keep everything. */
  void update(UpstreamConfig newConfig, @Nullable EndpointSet endpoints) {
    config = newConfig;
    overprovisioning = endpoints == null ? 140 : endpoints.overprovisioningFactor();
    Map<HostKey, Host> next = new LinkedHashMap<>();
    List<List<Host>> levels = new ArrayList<>();
    if (endpoints != null) {
      for (EndpointSet.Locality locality : endpoints.localities()) {
        while (levels.size() <= locality.priority()) {
          levels.add(new ArrayList<>());
        }
        for (Endpoint endpoint : locality.endpoints()) {
          HostKey key = new HostKey(endpoint.address(), endpoint.sni());
          if (!next.containsKey(key)) {
            Host host = host(key, endpoint, locality.priority());
            next.put(key, host);
            levels.get(locality.priority()).add(host);
          }
        }
      }
    }
    for (Map.Entry<HostKey, Host> old : hosts.entrySet()) {
      if (!next.containsKey(old.getKey())) {
        old.getValue().remove();
        shared.release(old.getKey());
      }
    }
    hosts = next;
    byPriority = levels;
    indexServerNames();
    rebuild();
  }

  private Host host(HostKey key, Endpoint endpoint, int priority) {
    HostPool.HostTarget target = Dialling.target(config, endpoint);
    Host host = hosts.get(key);
    if (host == null) {
      return new Host(key, shared.hold(key), pools, shared, endpoint, priority, target);
    }
    host.update(endpoint, priority, target);
    return host;
  }

  private void indexServerNames() {
    if (config.balancing() != Balancing.SNI_INSTANCE) {
      byServerName = Map.of();
      instanceSuffixes = Map.of();
      return;
    }
    byServerName = new HashMap<>();
    instanceSuffixes = new HashMap<>();
    for (Host host : hosts.values()) {
      String sni = host.key().sni();
      if (!sni.isEmpty()) {
        byServerName.putIfAbsent(sni, host);
        instanceSuffixes.put(afterFirstLabel(sni), true);
      }
    }
  }

  private static String afterFirstLabel(String name) {
    return name.substring(name.indexOf('.') + 1);
  }

  /** The upstream is gone: hosts finish what they are busy with. */
  void remove() {
    for (Host host : hosts.values()) {
      host.remove();
      shared.release(host.key());
    }
    hosts = new LinkedHashMap<>();
    byPriority = List.of();
    rebuild();
  }

  private Priorities rebuild() {
    // Read before the hosts: a change meanwhile is then seen as one more.
    epoch = shared.outliers().epoch();
    Priorities next = priorities(byPriority, priorities);
    priorities = next;
    subsets =
        config.options().subsets().selectors().isEmpty()
            ? null
            : new SubsetIndex(config.options().subsets(), byPriority, this::priorities, subsets);
    return next;
  }

  private Priorities priorities(List<List<Host>> levels, @Nullable Priorities before) {
    return new Priorities(levels, config, overprovisioning, random, before);
  }

  private Priorities current() {
    Priorities known = priorities;
    return known == null || shared.outliers().epoch() != epoch ? rebuild() : known;
  }

  /** A host for a first attempt; {@code null}: none is healthy. */
  public @Nullable Host pick() {
    return pick("", null);
  }

  /**
   * A host.
   *
   * @param serverName SNI of the connection that wants it; empty: none
   * @param attempted where the request has been; {@code null}: nowhere
   * @return {@code null}: no healthy host
   */
  public @Nullable Host pick(String serverName, @Nullable Attempted attempted) {
    return pick(serverName, attempted, Map.of(), null);
  }

  /**
   * A host.
   *
   * @param subset metadata that it should have; empty: any
   * @param hash of the key that it is chosen by, where the upstream hashes; {@code null}: none
   */
  public @Nullable Host pick(
      String serverName,
      @Nullable Attempted attempted,
      Map<String, String> subset,
      @Nullable Long hash) {
    if (!byServerName.isEmpty() && !serverName.isEmpty()) {
      Host named = byServerName.get(serverName);
      if (named != null) {
        return named.healthy() || named.degraded() ? named : null;
      }
      if (instanceSuffixes.containsKey(afterFirstLabel(serverName))) {
        // An instance was meant that is not there: the caller has to learn that.
        return null;
      }
    }
    Priorities all = current();
    SubsetIndex index = subsets;
    Priorities now = index == null ? all : index.find(subset, all);
    if (now == null) {
      return null;
    }
    if (attempted == null) {
      return draw(now, now.load(), hash, 0);
    }
    return pickElsewhere(now, attempted, hash);
  }

  private @Nullable Host draw(Priorities now, PriorityLoad load, @Nullable Long hash, int draw) {
    if (hash == null) {
      Balancer<Host> balancer = now.balancer(load.choose(random.nextInt(100)));
      return balancer == null ? null : balancer.pick();
    }
    // A key keeps to its priority, too.
    Balancer<Host> balancer = now.balancer(load.choose((int) Long.remainderUnsigned(hash, 100)));
    return balancer == null ? null : balancer.pick(hash, draw);
  }

  private @Nullable Host pickElsewhere(Priorities now, Attempted attempted, @Nullable Long hash) {
    PriorityLoad load = attempted.load(now);
    Host tried = null;
    for (int drawn = 0; drawn < attempted.draws(); drawn++) {
      tried = draw(now, load, hash, drawn);
      if (tried == null || !attempted.avoids(tried)) {
        return tried;
      }
    }
    // Envoy would settle for the host drawn last. A look at all of them costs little here and saves
    // the request when chance was against it.
    Host untried = now.untried(attempted, random);
    return untried == null ? tried : untried;
  }

  void sweepOutliers(long nanos) {
    OutlierDetection detection = config.outlier();
    if (detection != null && nanos - sweptAt >= detection.interval().toNanos()) {
      sweptAt = nanos;
      shared.outliers().sweep();
    }
  }

  public String name() {
    return name;
  }

  public UpstreamConfig config() {
    return config;
  }

  /** What it shares with other workers. */
  public SharedUpstream shared() {
    return shared;
  }

  public UpstreamMetrics metrics() {
    return metrics;
  }

  /** All hosts, whatever their health. */
  public Iterable<Host> hosts() {
    return hosts.values();
  }
}
