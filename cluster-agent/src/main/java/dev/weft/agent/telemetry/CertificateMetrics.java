package dev.weft.agent.telemetry;

import dev.weft.agent.ca.Forecast;
import dev.weft.agent.ca.Forecasts;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The forecast as metrics: when each certificate ends, and how many of a kind stand how. {@link
 * #update} is called from time to time by one thread.
 */
public final class CertificateMetrics {
  /** Series of single certificates; of more, those that end first. */
  static final int MOST = 1_000;

  private final Forecasts forecasts;
  private final InstantSource clock;
  private final MultiGauge ends;
  private final MultiGauge states;

  public CertificateMetrics(Forecasts forecasts, MeterRegistry meters, InstantSource clock) {
    this.forecasts = forecasts;
    this.clock = clock;
    this.ends =
        MultiGauge.builder("weft_agent_certificate_not_after_seconds")
            .description("When a certificate ends, seconds since 1970")
            .register(meters);
    this.states =
        MultiGauge.builder("weft_agent_certificates")
            .description("Certificates by kind and state")
            .register(meters);
  }

  /** Looks again. */
  public void update() {
    Instant now = clock.instant();
    List<Forecast> all = forecasts.all();
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    all.stream()
        .limit(MOST)
        .forEach(one ->
            rows.add(
                MultiGauge.Row.of(
                    Tags.of("kind", one.kind().label(), "name", one.name(), "serial", one.serial()),
                    one.notAfter().getEpochSecond())));
    ends.register(rows, true);
    Map<Forecast.Kind, Map<Forecast.State, Integer>> counts = new EnumMap<>(Forecast.Kind.class);
    for (Forecast one : all) {
      counts
          .computeIfAbsent(one.kind(), _ -> new EnumMap<>(Forecast.State.class))
          .merge(one.at(now), 1, Integer::sum);
    }
    List<MultiGauge.Row<?>> sums = new ArrayList<>();
    for (Forecast.Kind kind : Forecast.Kind.values()) {
      for (Forecast.State state : Forecast.State.values()) {
        sums.add(
            MultiGauge.Row.of(
                Tags.of("kind", kind.label(), "state", state.label()),
                counts.getOrDefault(kind, Map.of()).getOrDefault(state, 0)));
      }
    }
    states.register(sums, true);
  }
}
