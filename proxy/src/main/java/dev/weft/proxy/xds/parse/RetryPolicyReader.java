package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.RetryPolicy;
import dev.weft.proxy.config.RetryPolicy.RetryOn;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** {@code envoy.config.route.v3.RetryPolicy}. */
final class RetryPolicyReader {
  private static final Duration BASE = Duration.ofMillis(25);
  private static final Map<String, RetryOn> CONDITIONS =
      Arrays.stream(RetryOn.values())
          .collect(Collectors.toUnmodifiableMap(RetryOn::wireName, Function.identity()));

  private RetryPolicyReader() {}

  static RetryPolicy read(
      io.envoyproxy.envoy.config.route.v3.RetryPolicy proto, Problems problems) {
    Duration base = BASE;
    Duration most = BASE.multipliedBy(10);
    if (proto.hasRetryBackOff()) {
      var backOff = proto.getRetryBackOff();
      Problems at = problems.field("retry_back_off");
      base =
          Durations.required(
              backOff.hasBaseInterval(), backOff.getBaseInterval(), at.field("base_interval"));
      most =
          Durations.positive(
              backOff.hasMaxInterval(),
              backOff.getMaxInterval(),
              base.multipliedBy(10),
              at.field("max_interval"));
      if (most.compareTo(base) < 0) {
        at.field("max_interval").add("is below base_interval");
      }
    }
    return new RetryPolicy(
        conditions(proto.getRetryOn(), problems.field("retry_on")),
        Numbers.uint32(
            proto.hasNumRetries(), proto.getNumRetries(), 1, 0, 100, problems.field("num_retries")),
        Durations.zeroOrMore(
            proto.hasPerTryTimeout(),
            proto.getPerTryTimeout(),
            Duration.ZERO,
            problems.field("per_try_timeout")),
        statusCodes(proto, problems.field("retriable_status_codes")),
        RouteMatchReader.headers(
            proto.getRetriableHeadersList(), problems.field("retriable_headers")),
        previousHosts(proto, problems.field("retry_host_predicate")),
        hostAttempts(proto, problems.field("host_selection_retry_max_attempts")),
        previousPriorities(proto, problems.field("retry_priority")),
        base,
        most);
  }

  private static Set<RetryOn> conditions(String text, Problems problems) {
    Set<RetryOn> conditions = EnumSet.noneOf(RetryOn.class);
    if (text.isBlank()) {
      return conditions;
    }
    for (String name : text.split(",", -1)) {
      RetryOn condition = CONDITIONS.get(name.strip());
      if (condition == null) {
        problems.add("is not supported: " + Texts.quoted(name.strip()));
      } else {
        conditions.add(condition);
      }
    }
    return conditions;
  }

  private static Set<Integer> statusCodes(
      io.envoyproxy.envoy.config.route.v3.RetryPolicy proto, Problems problems) {
    Set<Integer> codes = new HashSet<>();
    for (int i = 0; i < proto.getRetriableStatusCodesCount(); i++) {
      long code = Integer.toUnsignedLong(proto.getRetriableStatusCodes(i));
      codes.add(Numbers.within(code, 100, 599, 503, problems.item(i)));
    }
    return codes;
  }

  private static boolean previousHosts(
      io.envoyproxy.envoy.config.route.v3.RetryPolicy proto, Problems problems) {
    for (int i = 0; i < proto.getRetryHostPredicateCount(); i++) {
      var typed = TypedConfigs.unpack(proto.getRetryHostPredicate(i).getTypedConfig());
      if (!(typed instanceof PreviousHostsPredicate)) {
        problems.item(i).field("typed_config").add("expected a PreviousHostsPredicate");
      }
    }
    return proto.getRetryHostPredicateCount() > 0;
  }

  private static int hostAttempts(
      io.envoyproxy.envoy.config.route.v3.RetryPolicy proto, Problems problems) {
    long attempts = proto.getHostSelectionRetryMaxAttempts();
    return attempts == 0 ? 1 : Numbers.within(attempts, 1, 1000, 1, problems);
  }

  private static int previousPriorities(
      io.envoyproxy.envoy.config.route.v3.RetryPolicy proto, Problems problems) {
    if (!proto.hasRetryPriority()) {
      return 0;
    }
    Problems at = problems.field("typed_config");
    if (TypedConfigs.unpack(proto.getRetryPriority().getTypedConfig())
        instanceof PreviousPrioritiesConfig config) {
      return Numbers.within(
          config.getUpdateFrequency(), 1, Integer.MAX_VALUE, 1, at.field("update_frequency"));
    }
    at.add("expected a PreviousPrioritiesConfig");
    return 0;
  }
}
