package dev.weft.proxy.telemetry;

import dev.weft.policy.authz.Decision;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Counts what rules decide. Labels are names from the configuration. A counter is registered when
 * it is first needed. Thread-safe.
 */
public final class RbacCounters {
  private final Function<String, @Nullable Meters> meters;
  private final ConcurrentMap<Series, Counter> counters = new ConcurrentHashMap<>();

  private record Series(
      String listener, String prefix, String rule, boolean shadow, boolean allowed) {}

  /**
   * @param meters of a listener; {@code null}: it is gone
   */
  RbacCounters(Function<String, @Nullable Meters> meters) {
    this.meters = meters;
  }

  /**
   * Counts a decision.
   *
   * @param prefix what the configuration tells the rules by; empty: nothing
   * @param shadow whether it is only tried
   * @param eachRule whether the rule that decided is counted too
   */
  public void count(
      String listener, String prefix, Decision decision, boolean shadow, boolean eachRule) {
    increment(new Series(listener, prefix, "", shadow, decision.allowed()));
    if (eachRule && !decision.rule().isEmpty()) {
      increment(new Series(listener, prefix, decision.rule(), shadow, decision.allowed()));
    }
  }

  private void increment(Series series) {
    Counter counter = counters.get(series);
    if (counter == null) {
      counter = register(series);
    }
    if (counter != null) {
      counter.increment();
    }
  }

  private @Nullable Counter register(Series series) {
    Meters of = meters.apply(series.listener);
    if (of == null) {
      return null;
    }
    Tags tags =
        Tags.of(
            "listener",
            series.listener,
            "rules",
            series.prefix.isEmpty() ? "-" : series.prefix,
            "result",
            (series.shadow ? "shadow_" : "") + (series.allowed ? "allowed" : "denied"));
    Counter made =
        series.rule.isEmpty()
            ? of.add(to -> Counter.builder("weft.rbac.decisions").tags(tags).register(to))
            : of.add(to ->
                Counter.builder("weft.rbac.rule.decisions")
                    .tags(tags)
                    .tag("rule", series.rule)
                    .register(to));
    if (made != null) {
      counters.put(series, made);
    }
    return made;
  }

  /** The counters of other listeners are gone. */
  void retain(Set<String> listeners) {
    counters.keySet().removeIf(series -> !listeners.contains(series.listener));
  }
}
