package dev.weft.proxy.upstream;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.upstream.lb.Balancer;
import dev.weft.proxy.upstream.lb.PriorityLoad;
import dev.weft.proxy.upstream.lb.PriorityLoad.Census;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of an upstream by priority and eligibility at one moment. Made anew when hosts or their
 * health change; balancers whose hosts stayed are taken over from the one before.
 */
@LoopConfined
final class Priorities {
  private final Census[] census;
  private final PriorityLoad load;
  private final List<Tiers> tiers = new ArrayList<>();
  private final int factor;

  /** The balancers of one priority; {@code null}: no such host. */
  private record Tiers(
      @Nullable Balancer<Host> healthy,
      @Nullable Balancer<Host> degraded,
      @Nullable Balancer<Host> all) {
    static final Tiers NONE = new Tiers(null, null, null);
  }

  Priorities(
      List<List<Host>> byPriority,
      UpstreamConfig config,
      int factor,
      RandomGenerator random,
      @Nullable Priorities before) {
    this.factor = factor;
    this.census = new Census[byPriority.size()];
    for (int i = 0; i < census.length; i++) {
      List<Host> all = byPriority.get(i);
      List<Host> healthy = new ArrayList<>(all.size());
      List<Host> degraded = new ArrayList<>();
      for (Host host : all) {
        if (host.healthy()) {
          healthy.add(host);
        } else if (host.degraded()) {
          degraded.add(host);
        }
      }
      census[i] = new Census(all.size(), healthy.size(), degraded.size());
      Tiers old = before != null && i < before.tiers.size() ? before.tiers.get(i) : Tiers.NONE;
      tiers.add(
          new Tiers(
              balancer(healthy, old.healthy, config, random),
              balancer(degraded, old.degraded, config, random),
              config.panicThreshold() > 0 ? balancer(all, old.all, config, random) : null));
    }
    this.load = PriorityLoad.of(census, factor, config.panicThreshold());
  }

  private static @Nullable Balancer<Host> balancer(
      List<Host> hosts,
      @Nullable Balancer<Host> old,
      UpstreamConfig config,
      RandomGenerator random) {
    if (hosts.isEmpty()) {
      return null;
    }
    return old != null && old.hosts().equals(hosts)
        ? old
        : Balancer.of(config.balancing(), config.options(), hosts, random);
  }

  /** A host where the request has not been, the nearest first; {@code null}: there is none. */
  @Nullable Host untried(Attempted attempted, RandomGenerator random) {
    for (Tiers tier : tiers) {
      Host host = untried(tier.healthy, attempted, random);
      if (host != null) {
        return host;
      }
    }
    for (Tiers tier : tiers) {
      Host host = untried(tier.degraded, attempted, random);
      if (host != null) {
        return host;
      }
    }
    return null;
  }

  private static @Nullable Host untried(
      @Nullable Balancer<Host> balancer, Attempted attempted, RandomGenerator random) {
    if (balancer == null) {
      return null;
    }
    List<Host> hosts = balancer.hosts();
    int start = random.nextInt(hosts.size());
    for (int i = 0; i < hosts.size(); i++) {
      Host host = hosts.get((start + i) % hosts.size());
      if (!attempted.avoids(host)) {
        return host;
      }
    }
    return null;
  }

  /** Whether there is no host at all, in whatever health. */
  boolean empty() {
    for (Census one : census) {
      if (one.total() > 0) {
        return false;
      }
    }
    return true;
  }

  int count() {
    return census.length;
  }

  PriorityLoad load() {
    return load;
  }

  /** The load without some priorities; {@code null}: nothing is available then. */
  @Nullable PriorityLoad without(boolean[] excluded) {
    return PriorityLoad.without(census, factor, excluded);
  }

  /** Who balances what was chosen; {@code null}: no such host. */
  @Nullable Balancer<Host> balancer(PriorityLoad.Choice choice) {
    if (choice.priority() >= tiers.size()) {
      return null;
    }
    Tiers tier = tiers.get(choice.priority());
    return switch (choice.tier()) {
      case HEALTHY -> tier.healthy;
      case DEGRADED -> tier.degraded;
      case ALL -> tier.all;
    };
  }
}
