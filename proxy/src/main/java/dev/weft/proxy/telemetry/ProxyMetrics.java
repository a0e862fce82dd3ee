package dev.weft.proxy.telemetry;

import dev.weft.policy.jwt.JwtRefusal;
import dev.weft.proxy.failure.CodecRefusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of {@code docs/contract.md}. Labels are names from the configuration and members of
 * closed sets, never anything that a peer sends. The meters of a listener or upstream go when the
 * configuration has it no more; one that comes back starts at 0. Thread-safe.
 */
public final class ProxyMetrics {
  /** Stands for the upstream of a request that got none. */
  public static final String NO_UPSTREAM = "none";

  /** Sets of listener, upstream, route and peer that have meters of their own. */
  public static final int DEFAULT_MAX_SERIES = 1_000;

  private final MeterRegistry registry;
  private final Object lock = new Object();
  private final ConcurrentMap<String, UpstreamMetrics> upstreams = new ConcurrentHashMap<>();
  private final Map<String, Meters> refusals = new HashMap<>();
  private final RbacCounters rbac;
  private final AuthorizationCounters authorizations;
  private final Map<String, OpenConnections> accepted = new HashMap<>();
  private final SeriesBound bound;
  private final UpstreamMetrics none;
  private final UpstreamMetrics gone;
  private final Counter logDropped;
  private final MultiGauge bundles;
  private @Nullable Set<String> listenersThere;
  private @Nullable Set<String> upstreamsThere;

  /** With the default bound. */
  public ProxyMetrics(MeterRegistry registry) {
    this(registry, DEFAULT_MAX_SERIES);
  }

  /**
   * @param maxSeries sets of listener, upstream, route and peer that have meters of their own;
   *     requests of others are counted under route and peer {@code other}, and in {@code
   *     weft_metrics_overflow_total}; at least 1
   */
  public ProxyMetrics(MeterRegistry registry, int maxSeries) {
    this.registry = registry;
    this.bound = new SeriesBound(registry, maxSeries);
    this.rbac = new RbacCounters(this::listenerMeters);
    this.authorizations = new AuthorizationCounters(this::listenerMeters);
    this.none = new UpstreamMetrics(registry, NO_UPSTREAM, lock, this::isListener, bound);
    this.gone = new UpstreamMetrics(registry, NO_UPSTREAM, lock, _ -> false, bound);
    gone.remove();
    this.bundles =
        MultiGauge.builder("weft.bundle.not.after.seconds")
            .description("When the first root of a trust domain's bundle ends, seconds since 1970")
            .register(registry);
    this.logDropped =
        Counter.builder("weft.access.log.dropped")
            .description("Access log lines that were dropped because the writer was behind")
            .register(registry);
  }

  /**
   * What the configuration has from now on. Meters of everything else are removed; before the first
   * call everything is taken to be there.
   */
  public void retain(Set<String> listeners, Set<String> upstreamNames, Set<String> routes) {
    synchronized (lock) {
      listenersThere = Set.copyOf(listeners);
      upstreamsThere = Set.copyOf(upstreamNames);
      for (Iterator<UpstreamMetrics> all = upstreams.values().iterator(); all.hasNext(); ) {
        UpstreamMetrics upstream = all.next();
        if (upstreamNames.contains(upstream.name())) {
          upstream.retainListeners(listeners);
          upstream.retainRoutes(routes);
        } else {
          upstream.remove();
          all.remove();
        }
      }
      none.retainListeners(listeners);
      none.retainRoutes(routes);
      accepted.keySet().retainAll(listeners);
      rbac.retain(listeners);
      authorizations.retain(listeners);
      refusals
          .entrySet()
          .removeIf(entry -> {
            boolean left = !listeners.contains(entry.getKey());
            if (left) {
              entry.getValue().remove();
            }
            return left;
          });
    }
  }

  /** Called with the lock only. */
  private boolean isListener(String name) {
    return listenersThere == null || listenersThere.contains(name);
  }

  /**
   * The upstream's handles; to be kept by who uses them. Of one that is gone they count nothing.
   */
  public UpstreamMetrics upstream(String name) {
    UpstreamMetrics known = upstreams.get(name);
    if (known != null) {
      return known;
    }
    synchronized (lock) {
      return upstreamsThere == null || upstreamsThere.contains(name)
          ? upstreams.computeIfAbsent(
              name, key -> new UpstreamMetrics(registry, key, lock, this::isListener, bound))
          : gone;
    }
  }

  /** For requests that got no upstream. */
  public UpstreamMetrics none() {
    return none;
  }

  /** A codec refused a request, or the connection of which it was to be one. */
  public void refused(String listener, CodecRefusal reason) {
    refused("weft.requests.refused", listener, reason.label());
  }

  /** A connection was refused before it could carry a request. */
  public void connectionRefused(String listener, String reason) {
    refused("weft.downstream.refused", listener, reason);
  }

  /** A request was refused for its token, or for having none. */
  public void tokenRefused(String listener, JwtRefusal why) {
    refused("weft.tokens.refused", listener, why.name().toLowerCase(Locale.ROOT));
  }

  /**
   * Connections that a listener accepted; {@code null}: there is no such listener any more.
   *
   * <p>To be kept for as long as the connection lasts, so that its end is counted where its
   * beginning was.
   */
  @Nullable OpenConnections accepted(String listener) {
    synchronized (lock) {
      if (!isListener(listener)) {
        return null;
      }
      Meters of = refusals.computeIfAbsent(listener, _ -> new Meters(registry, lock));
      return accepted.computeIfAbsent(
          listener, key -> new OpenConnections(of, "downstream", "listener", key));
    }
  }

  /**
   * The node's own certificate.
   *
   * @param notAfter its end, seconds since 1970; asked at each scrape
   * @param overdue 1 when its renewal is long overdue, else 0; asked at each scrape
   */
  public void certificate(Supplier<Number> notAfter, Supplier<Number> overdue) {
    Gauge.builder("weft.certificate.renewal.overdue", overdue)
        .description("1 when half of what was left at the due time of the renewal is gone")
        .register(registry);
    Gauge.builder("weft.certificate.not.after.seconds", notAfter)
        .description("When the node's certificate ends, seconds since 1970; 0: there is none")
        .register(registry);
  }

  /**
   * The trust bundles that are there from now on.
   *
   * @param ends when the first of a bundle's roots ends, seconds since 1970, by trust domain
   */
  public void bundles(Map<String, Long> ends) {
    bundles.register(
        ends.entrySet().stream()
            .map(bundle ->
                MultiGauge.Row.of(Tags.of("trust_domain", bundle.getKey()), bundle.getValue()))
            .toList(),
        true);
  }

  /** Who tells all this: what joins a node's metrics with those of others. */
  public void node(
      String id, String cluster, String namespace, String serviceAccount, String role) {
    Gauge.builder("weft.node.info", () -> 1)
        .description("The node, always 1")
        .tag("id", id)
        .tag("cluster", cluster)
        .tag("namespace", namespace)
        .tag("service_account", serviceAccount)
        .tag("role", role)
        .register(registry);
  }

  private void refused(String name, String listener, String reason) {
    synchronized (lock) {
      if (!isListener(listener)) {
        return;
      }
      Counter counter =
          refusals
              .computeIfAbsent(listener, _ -> new Meters(registry, lock))
              .add(to ->
                  Counter.builder(name)
                      .tag("listener", listener)
                      .tag("reason", reason)
                      .register(to));
      if (counter != null) {
        counter.increment();
      }
    }
  }

  /** The meters of a listener; {@code null}: there is none of this name any more. */
  private @Nullable Meters listenerMeters(String listener) {
    synchronized (lock) {
      return isListener(listener)
          ? refusals.computeIfAbsent(listener, _ -> new Meters(registry, lock))
          : null;
    }
  }

  /** Connections that services are asked about. */
  public AuthorizationCounters authorizations() {
    return authorizations;
  }

  /** Decisions of rules on connections and requests. */
  public RbacCounters rbac() {
    return rbac;
  }

  /** Spans were dropped: the queue was full, or the receiver did not take them. */
  void spansDropped(long spans) {
    registry.counter("weft.spans.dropped").increment((double) spans);
  }

  /** Spans were taken by their receiver. */
  void spansSent(long spans) {
    registry.counter("weft.spans.sent").increment((double) spans);
  }

  /** An access log line was dropped. */
  public void logDropped() {
    logDropped.increment();
  }
}
