package dev.weft.proxy.xds;

import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.TrustContext;
import dev.weft.proxy.config.UpstreamConfig;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Decides which accepted resources are in use: nothing is taken into use before what it names is
 * there, and nothing goes while something in use names it; either waits for a bounded time. Until a
 * new version is warm the one before stays. Confined to the control thread; the time comes in.
 */
final class Warming {
  private final ResourceStore store;
  private final long limitNanos;
  private final Map<String, UpstreamConfig> upstreams = new HashMap<>();
  private final Map<String, RouteTable> routes = new HashMap<>();
  private final Map<String, ListenerConfig> listeners = new HashMap<>();
  private final Map<Wait, Long> waits = new HashMap<>();
  private Snapshot published = Snapshot.EMPTY;

  /** Something that waits: to come into use, or to go. */
  private record Wait(ResourceType type, String name, boolean coming) {}

  /**
   * @param limitNanos how long a resource waits for what it names
   */
  Warming(ResourceStore store, long limitNanos) {
    this.store = store;
    this.limitNanos = limitNanos;
  }

  /**
   * Takes into use what is warm.
   *
   * @param now monotonic nanoseconds
   * @return the new snapshot, if anything changed
   */
  Optional<Snapshot> advance(long now) {
    Set<Wait> stillWaiting = new HashSet<>();
    Pass pass = new Pass(now, stillWaiting);
    pass.promote(
        ResourceType.CLUSTER, upstreams, r -> ((Resource.OfUpstream) r).upstream(), this::isWarm);
    pass.promote(ResourceType.ROUTES, routes, r -> ((Resource.OfRoutes) r).routes(), this::isWarm);
    pass.promote(
        ResourceType.LISTENER, listeners, r -> ((Resource.OfListener) r).listener(), this::isWarm);
    listeners.keySet().removeIf(name -> store.get(ResourceType.LISTENER, name) == null);
    pass.retire(ResourceType.ROUTES, routes, namedBy(listeners.values(), References::routeTables));
    Set<String> used = namedBy(listeners.values(), References::upstreams);
    used.addAll(namedBy(routes.values(), References::upstreams));
    pass.retire(ResourceType.CLUSTER, upstreams, used);
    waits.keySet().retainAll(stillWaiting);
    Snapshot next =
        new Snapshot(
            published.version() + 1, listeners, routes, upstreams, endpoints(), validation());
    if (sameContent(next, published)) {
      return Optional.empty();
    }
    published = next;
    return Optional.of(next);
  }

  /** When {@link #advance} has something to do by time alone: monotonic nanoseconds. */
  Optional<Long> nextDeadline() {
    return waits.values().stream().min((a, b) -> Long.signum(a - b));
  }

  /** What is in use. */
  Snapshot published() {
    return published;
  }

  private final class Pass {
    private final long now;
    private final Set<Wait> stillWaiting;

    Pass(long now, Set<Wait> stillWaiting) {
      this.now = now;
      this.stillWaiting = stillWaiting;
    }

    <T> void promote(
        ResourceType type,
        Map<String, T> inUse,
        Function<Resource, T> value,
        BiPredicate<String, T> isWarm) {
      store
          .accepted(type)
          .forEach((name, entry) -> {
            T candidate = value.apply(entry.resource());
            if (!candidate.equals(inUse.get(name))
                && (isWarm.test(name, candidate) || isOver(new Wait(type, name, true)))) {
              inUse.put(name, candidate);
            }
          });
    }

    <T> void retire(ResourceType type, Map<String, T> inUse, Set<String> used) {
      Predicate<String> goes =
          name ->
              store.get(type, name) == null
                  && (!used.contains(name) || isOver(new Wait(type, name, false)));
      inUse.keySet().removeIf(goes);
    }

    private boolean isOver(Wait wait) {
      stillWaiting.add(wait);
      long deadline = waits.computeIfAbsent(wait, key -> now + limitNanos);
      if (now - deadline < 0) {
        return false;
      }
      stillWaiting.remove(wait);
      return true;
    }
  }

  private boolean isWarm(String name, UpstreamConfig upstream) {
    String endpoints = upstream.endpointsName();
    return (endpoints.isEmpty() || isThere(ResourceType.ENDPOINTS, endpoints))
        && References.validation(upstream).stream()
            .allMatch(secret -> isThere(ResourceType.SECRET, secret));
  }

  private boolean isWarm(String name, RouteTable table) {
    return References.upstreams(table).stream().allMatch(this::isUpstreamInUse);
  }

  private boolean isWarm(String name, ListenerConfig listener) {
    return References.upstreams(listener).stream().allMatch(this::isUpstreamInUse)
        && References.validation(listener).stream()
            .allMatch(secret -> isThere(ResourceType.SECRET, secret))
        && References.routeTables(listener).stream()
            .allMatch(
                table -> routes.containsKey(table) || store.isSettled(ResourceType.ROUTES, table));
  }

  private boolean isUpstreamInUse(String name) {
    return upstreams.containsKey(name) || store.isSettled(ResourceType.CLUSTER, name);
  }

  private boolean isThere(ResourceType type, String name) {
    return store.get(type, name) != null || store.isSettled(type, name);
  }

  /** Those of the upstreams in use; the last known ones for an upstream that is about to go. */
  private Map<String, EndpointSet> endpoints() {
    Map<String, EndpointSet> sets = new HashMap<>();
    for (UpstreamConfig upstream : upstreams.values()) {
      String name = upstream.endpointsName();
      EndpointSet before = published.endpoints().get(name);
      if (store.get(ResourceType.ENDPOINTS, name)
          instanceof Resource.OfEndpoints(EndpointSet set)) {
        sets.put(name, set);
      } else if (before != null && !store.isSettled(ResourceType.ENDPOINTS, name)) {
        sets.put(name, before);
      }
    }
    return sets;
  }

  private Map<String, TrustContext> validation() {
    Set<String> names = namedBy(listeners.values(), References::validation);
    names.addAll(namedBy(upstreams.values(), References::validation));
    Map<String, TrustContext> contexts = new HashMap<>();
    for (String name : names) {
      TrustContext before = published.validation().get(name);
      if (store.get(ResourceType.SECRET, name)
          instanceof Resource.OfValidation(TrustContext trust)) {
        contexts.put(name, trust);
      } else if (before != null && !store.isSettled(ResourceType.SECRET, name)) {
        contexts.put(name, before);
      }
    }
    return contexts;
  }

  private static <T> Set<String> namedBy(Collection<T> values, Function<T, Set<String>> names) {
    Set<String> all = new HashSet<>();
    values.forEach(value -> all.addAll(names.apply(value)));
    return all;
  }

  private static boolean sameContent(Snapshot a, Snapshot b) {
    return a.listeners().equals(b.listeners())
        && a.routes().equals(b.routes())
        && a.upstreams().equals(b.upstreams())
        && a.endpoints().equals(b.endpoints())
        && a.validation().equals(b.validation());
  }
}
