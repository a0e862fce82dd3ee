package dev.weft.agent.catalog.registry;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a check comes to its status.
 *
 * @param target URL of an HTTP check, {@code host:port} of a TCP check, else empty
 * @param interval between runs; zero for those that are not run. Below the shortest that {@link
 *     CheckTimings} allows it is shown as registered and run at the shortest
 * @param timeout of one run; Consul's default is 10 s
 * @param ttl how long a report counts; zero for the others
 * @param deregisterAfter how long a check may be critical before its service is removed; zero: for
 *     ever
 * @param disableRedirects whether a redirect is an HTTP check's result instead of being followed
 * @param outputLimit bytes of a body kept, 1 to 4096
 * @param successBeforePassing successes in a row before a failing check passes; 0 counts as 1
 * @param failuresBeforeWarning failures in a row before the check warns; 0: never before critical
 * @param failuresBeforeCritical failures in a row before the check is critical; 0 counts as 1
 */
record CheckDefinition(
    Type type,
    String target,
    String method,
    Map<String, List<String>> headers,
    String body,
    boolean tlsSkipVerify,
    boolean disableRedirects,
    int outputLimit,
    Duration interval,
    Duration timeout,
    Duration ttl,
    Duration deregisterAfter,
    int successBeforePassing,
    int failuresBeforeWarning,
    int failuresBeforeCritical) {
  /** Bytes of a check's output at most. */
  static final int OUTPUT_LIMIT = 4096;

  CheckDefinition {
    headers = Map.copyOf(headers);
  }

  /** What a maintenance mode is: critical until it is taken away. */
  static CheckDefinition maintenance() {
    return new CheckDefinition(
        Type.MAINTENANCE,
        "",
        "",
        Map.of(),
        "",
        false,
        false,
        OUTPUT_LIMIT,
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO,
        0,
        0,
        0);
  }

  /** Where a check's status comes from. */
  enum Type {
    HTTP,
    TCP,
    TTL,
    MAINTENANCE
  }
}
