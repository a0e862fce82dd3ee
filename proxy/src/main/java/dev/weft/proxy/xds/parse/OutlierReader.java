package dev.weft.proxy.xds.parse;

import com.google.protobuf.UInt32Value;
import dev.weft.policy.xds.Problems;
import java.time.Duration;

/**
 * {@code OutlierDetection}: consecutive failures. What Envoy also does by rates has to be switched
 * off.
 */
final class OutlierReader {
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Duration BASE = Duration.ofSeconds(30);
  private static final Duration MOST = Duration.ofMinutes(5);

  private OutlierReader() {}

  static dev.weft.proxy.config.OutlierDetection read(
      io.envoyproxy.envoy.config.cluster.v3.OutlierDetection proto, Problems problems) {
    boolean split = proto.getSplitExternalLocalOriginErrors();
    // Unset means 100 for these two: ejection by success rate, which is not built.
    off(
        proto.hasEnforcingSuccessRate(),
        true,
        proto.getEnforcingSuccessRate(),
        problems.field("enforcing_success_rate"));
    off(
        proto.hasEnforcingLocalOriginSuccessRate(),
        split,
        proto.getEnforcingLocalOriginSuccessRate(),
        problems.field("enforcing_local_origin_success_rate"));
    off(
        proto.hasEnforcingFailurePercentage(),
        false,
        proto.getEnforcingFailurePercentage(),
        problems.field("enforcing_failure_percentage"));
    off(
        proto.hasEnforcingFailurePercentageLocalOrigin(),
        false,
        proto.getEnforcingFailurePercentageLocalOrigin(),
        problems.field("enforcing_failure_percentage_local_origin"));
    Duration base =
        Durations.positive(
            proto.hasBaseEjectionTime(),
            proto.getBaseEjectionTime(),
            BASE,
            problems.field("base_ejection_time"));
    return new dev.weft.proxy.config.OutlierDetection(
        count(
            proto.hasConsecutive5Xx(),
            proto.getConsecutive5Xx(),
            problems.field("consecutive_5xx")),
        percent(
            proto.hasEnforcingConsecutive5Xx(),
            proto.getEnforcingConsecutive5Xx(),
            100,
            problems.field("enforcing_consecutive_5xx")),
        count(
            proto.hasConsecutiveGatewayFailure(),
            proto.getConsecutiveGatewayFailure(),
            problems.field("consecutive_gateway_failure")),
        percent(
            proto.hasEnforcingConsecutiveGatewayFailure(),
            proto.getEnforcingConsecutiveGatewayFailure(),
            0,
            problems.field("enforcing_consecutive_gateway_failure")),
        split,
        count(
            proto.hasConsecutiveLocalOriginFailure(),
            proto.getConsecutiveLocalOriginFailure(),
            problems.field("consecutive_local_origin_failure")),
        percent(
            proto.hasEnforcingConsecutiveLocalOriginFailure(),
            proto.getEnforcingConsecutiveLocalOriginFailure(),
            100,
            problems.field("enforcing_consecutive_local_origin_failure")),
        Durations.positive(
            proto.hasInterval(), proto.getInterval(), INTERVAL, problems.field("interval")),
        base,
        Durations.positive(
            proto.hasMaxEjectionTime(),
            proto.getMaxEjectionTime(),
            base.compareTo(MOST) > 0 ? base : MOST,
            problems.field("max_ejection_time")),
        percent(
            proto.hasMaxEjectionPercent(),
            proto.getMaxEjectionPercent(),
            10,
            problems.field("max_ejection_percent")));
  }

  private static int count(boolean set, UInt32Value value, Problems problems) {
    return Numbers.uint32(set, value, 5, 1, Integer.MAX_VALUE, problems);
  }

  private static int percent(boolean set, UInt32Value value, int whenUnset, Problems problems) {
    return Numbers.uint32(set, value, whenUnset, 0, 100, problems);
  }

  private static void off(boolean set, boolean onWhenUnset, UInt32Value value, Problems problems) {
    if (set ? value.getValue() != 0 : onWhenUnset) {
      problems.add("is not supported: set it to 0");
    }
  }
}
