package dev.weft.proxy.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Bounds how many sets of listener, upstream, route and peer have meters of their own, so that many
 * peers or routes cost a bounded amount of memory and of scraping. Guarded by the lock of all
 * meters.
 */
final class SeriesBound {
  /** Stands for the routes and peers that are over the bound. */
  static final String OTHER = "other";

  /** A route without a name, a peer without a verified certificate. */
  static final String NONE = "-";

  private final int limit;
  private final Counter overflow;
  private int used;

  /**
   * @param limit at least 1
   */
  SeriesBound(MeterRegistry registry, int limit) {
    this.limit = limit;
    this.overflow =
        Counter.builder("weft.metrics.overflow")
            .description("Requests counted under other because too many label sets were there")
            .register(registry);
  }

  /** Takes a place; called for each request that has none, so that all of these are counted. */
  boolean take() {
    if (used >= limit) {
      overflow.increment();
      return false;
    }
    used++;
    return true;
  }

  void give(int places) {
    used -= places;
  }
}
