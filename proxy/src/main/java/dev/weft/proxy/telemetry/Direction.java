package dev.weft.proxy.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Requests of one listener to one upstream, by route and peer. Label sets beyond the process's
 * bound are counted together under {@link SeriesBound#OTHER}. Thread-safe; what is added and
 * removed is guarded by the lock of all meters.
 */
final class Direction {
  private final MeterRegistry registry;
  private final String listener;
  private final String upstream;
  private final Object lock;
  private final SeriesBound bound;
  private final ConcurrentMap<String, ConcurrentMap<String, RequestSeries>> byRoute =
      new ConcurrentHashMap<>();
  private final RequestSeries other;
  private boolean removed;

  Direction(
      MeterRegistry registry, String listener, String upstream, Object lock, SeriesBound bound) {
    this.registry = registry;
    this.listener = listener;
    this.upstream = upstream;
    this.lock = lock;
    this.bound = bound;
    this.other =
        new RequestSeries(
            new Meters(registry, lock), listener, upstream, SeriesBound.OTHER, SeriesBound.OTHER);
  }

  void count(RequestRecord record) {
    String peer = record.peer();
    ConcurrentMap<String, RequestSeries> byPeer = byRoute.get(record.route());
    RequestSeries series = byPeer == null ? null : byPeer.get(peer == null ? "" : peer);
    if (series == null) {
      series = add(record.route(), peer == null ? "" : peer);
    }
    series.count(record);
  }

  private RequestSeries add(String route, String peer) {
    synchronized (lock) {
      ConcurrentMap<String, RequestSeries> byPeer = byRoute.get(route);
      RequestSeries known = byPeer == null ? null : byPeer.get(peer);
      if (known != null) {
        return known;
      }
      if (removed || !bound.take()) {
        return other;
      }
      RequestSeries made =
          new RequestSeries(
              new Meters(registry, lock),
              listener,
              upstream,
              route.isEmpty() ? SeriesBound.NONE : route,
              PeerLabel.of(peer));
      byRoute.computeIfAbsent(route, _ -> new ConcurrentHashMap<>()).put(peer, made);
      return made;
    }
  }

  /** The meters of all other routes go. */
  void retainRoutes(Set<String> routes) {
    synchronized (lock) {
      byRoute
          .entrySet()
          .removeIf(entry -> {
            boolean left = !entry.getKey().isEmpty() && !routes.contains(entry.getKey());
            if (left) {
              remove(entry.getValue());
            }
            return left;
          });
    }
  }

  void remove() {
    synchronized (lock) {
      removed = true;
      byRoute.values().forEach(this::remove);
      byRoute.clear();
      other.remove();
    }
  }

  private void remove(ConcurrentMap<String, RequestSeries> byPeer) {
    byPeer.values().forEach(RequestSeries::remove);
    bound.give(byPeer.size());
  }
}
