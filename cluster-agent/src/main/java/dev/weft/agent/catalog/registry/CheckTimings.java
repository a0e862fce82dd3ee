package dev.weft.agent.catalog.registry;

import java.time.Duration;

/**
 * The times that checks keep beyond their own.
 *
 * @param firstRun the first run comes after a random part of this or of the interval, whichever is
 *     shorter
 * @param shortestInterval between two runs
 * @param shortestDeregister how long a check is critical at least before its service is removed
 */
record CheckTimings(Duration firstRun, Duration shortestInterval, Duration shortestDeregister) {
  /** Consul's, but for the first run, which comes sooner. */
  static final CheckTimings USUAL =
      new CheckTimings(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofMinutes(1));
}
