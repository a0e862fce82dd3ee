package dev.weft.proxy.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Counts connections that services are asked about. Labels are names from the configuration. A
 * meter is registered when it is first needed. Thread-safe.
 */
public final class AuthorizationCounters {
  private final Function<String, @Nullable Meters> meters;
  private final ConcurrentMap<Series, Counter> counters = new ConcurrentHashMap<>();
  private final ConcurrentMap<Filter, AtomicInteger> active = new ConcurrentHashMap<>();

  private record Filter(String listener, String prefix) {
    Tags tags() {
      return Tags.of("listener", listener, "filter", prefix);
    }
  }

  private record Series(Filter filter, AuthorizationEvent event) {}

  /**
   * @param meters of a listener; {@code null}: it is gone
   */
  AuthorizationCounters(Function<String, @Nullable Meters> meters) {
    this.meters = meters;
  }

  /**
   * Counts what happened.
   *
   * @param prefix what the configuration tells the filter by
   */
  public void count(String listener, String prefix, AuthorizationEvent event) {
    Series series = new Series(new Filter(listener, prefix), event);
    Counter counter = counters.get(series);
    if (counter == null) {
      counter = register(series);
    }
    if (counter != null) {
      counter.increment();
    }
  }

  private @Nullable Counter register(Series series) {
    Meters of = meters.apply(series.filter.listener);
    Counter made =
        of == null
            ? null
            : of.add(to ->
                Counter.builder("weft.ext.authz.connections")
                    .description("Connections that an authorization service may be asked about")
                    .tags(series.filter.tags())
                    .tag("event", series.event.label())
                    .register(to));
    if (made != null) {
      counters.put(series, made);
    }
    return made;
  }

  /**
   * Connections wait for an answer.
   *
   * @param change 1: one more; -1: one less
   */
  public void held(String listener, String prefix, int change) {
    active.computeIfAbsent(new Filter(listener, prefix), this::gauge).addAndGet(change);
  }

  private AtomicInteger gauge(Filter filter) {
    AtomicInteger value = new AtomicInteger();
    Meters of = meters.apply(filter.listener);
    if (of != null) {
      of.add(to ->
          Gauge.builder("weft.ext.authz.connections.active", value, AtomicInteger::get)
              .description("Connections that wait for an authorization service")
              .tags(filter.tags())
              .register(to));
    }
    return value;
  }

  /** The meters of other listeners are gone. */
  void retain(Set<String> listeners) {
    counters.keySet().removeIf(series -> !listeners.contains(series.filter.listener));
    active.keySet().removeIf(filter -> !listeners.contains(filter.listener));
  }
}
