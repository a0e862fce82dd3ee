package dev.weft.proxy.xds.parse;

import com.google.protobuf.UInt32Value;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.Breakers;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;

/** {@code CircuitBreakers}: the thresholds of the default priority. */
final class BreakersReader {
  private static final Breakers UNSET = Breakers.DEFAULT;
  private static final double BUDGET_PERCENT = 20;

  private BreakersReader() {}

  static Breakers read(CircuitBreakers proto, Problems problems) {
    Breakers breakers = UNSET;
    for (int i = 0; i < proto.getThresholdsCount(); i++) {
      Problems at = problems.field("thresholds").item(i);
      if (proto.getThresholds(i).getPriority() != RoutingPriority.DEFAULT) {
        at.field("priority").add("only DEFAULT is supported");
      } else if (i > 0) {
        at.add("thresholds of DEFAULT are there already");
      } else {
        breakers = thresholds(proto.getThresholds(i), at);
      }
    }
    return breakers;
  }

  private static Breakers thresholds(CircuitBreakers.Thresholds proto, Problems problems) {
    var budget = proto.getRetryBudget();
    Problems at = problems.field("retry_budget");
    return new Breakers(
        count(
            proto.hasMaxConnections(),
            proto.getMaxConnections(),
            UNSET.maxConnections(),
            problems.field("max_connections")),
        count(
            proto.hasMaxPendingRequests(),
            proto.getMaxPendingRequests(),
            UNSET.maxPendingRequests(),
            problems.field("max_pending_requests")),
        count(
            proto.hasMaxRequests(),
            proto.getMaxRequests(),
            UNSET.maxRequests(),
            problems.field("max_requests")),
        count(
            proto.hasMaxRetries(),
            proto.getMaxRetries(),
            UNSET.maxRetries(),
            problems.field("max_retries")),
        proto.hasRetryBudget()
            ? Numbers.percent(
                budget.hasBudgetPercent(),
                budget.getBudgetPercent(),
                BUDGET_PERCENT,
                at.field("budget_percent"))
            : UNSET.budgetPercent(),
        count(
            budget.hasMinRetryConcurrency(),
            budget.getMinRetryConcurrency(),
            UNSET.minRetryConcurrency(),
            at.field("min_retry_concurrency")));
  }

  /** Envoy's way of saying "no limit" is the largest number. */
  private static int count(boolean set, UInt32Value value, int whenUnset, Problems problems) {
    if (set && Integer.toUnsignedLong(value.getValue()) > Integer.MAX_VALUE) {
      return Integer.MAX_VALUE;
    }
    return Numbers.uint32(set, value, whenUnset, 0, Integer.MAX_VALUE, problems);
  }
}
