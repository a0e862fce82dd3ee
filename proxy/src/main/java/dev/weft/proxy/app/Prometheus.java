package dev.weft.proxy.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;

/** The node's metrics and their text form. Thread-safe. */
// The registry on the simple client is what the Quarkus platform brings; Micrometer's newer one is
// not in it.
@SuppressWarnings("deprecation")
final class Prometheus {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  MeterRegistry registry() {
    return registry;
  }

  /** Prometheus text, version 0.0.4. */
  String scrape() {
    return registry.scrape();
  }
}
