package dev.weft.proxy.config;

/**
 * Circuit breaker thresholds of the default priority, for the whole process.
 *
 * @param maxConnections Envoy's default 1024
 * @param maxPendingRequests default 1024
 * @param maxRequests default 1024
 * @param maxRetries default 3; not used when a budget is set
 * @param budgetPercent retries may be at most this percent of active requests; negative: no budget
 * @param minRetryConcurrency retries always allowed at the same time when a budget is set
 */
public record Breakers(
    int maxConnections,
    int maxPendingRequests,
    int maxRequests,
    int maxRetries,
    double budgetPercent,
    int minRetryConcurrency) {

  /** What Envoy documents for unset fields. */
  public static final Breakers DEFAULT = new Breakers(1024, 1024, 1024, 3, -1, 3);
}
