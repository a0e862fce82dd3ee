package dev.weft.agent.catalog.registry;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a check comes to its status.
 *
 * @param target URL of an HTTP check, {@code host:port} of a TCP check, empty for TTL
 * @param interval between runs; zero for TTL
 * @param timeout of one run; Consul's default is 10 s
 * @param ttl how long a report counts; zero for the others
 * @param deregisterAfter how long a check may be critical before its service is removed; zero: for
 *     ever
 * @param successBeforePassing further successes needed before a failing check passes, 0 or more
 * @param failuresBeforeWarning failures in a row before the check warns, 0 or more
 * @param failuresBeforeCritical failures in a row before the check is critical, 0 or more
 */
record CheckDefinition(
    Type type,
    String target,
    String method,
    Map<String, List<String>> headers,
    String body,
    boolean tlsSkipVerify,
    Duration interval,
    Duration timeout,
    Duration ttl,
    Duration deregisterAfter,
    int successBeforePassing,
    int failuresBeforeWarning,
    int failuresBeforeCritical) {

  CheckDefinition {
    headers = Map.copyOf(headers);
  }

  /** The kinds that are run here. */
  enum Type {
    HTTP,
    TCP,
    TTL
  }
}
