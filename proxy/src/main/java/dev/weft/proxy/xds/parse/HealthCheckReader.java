package dev.weft.proxy.xds.parse;

import com.google.protobuf.UInt32Value;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.HealthCheck;

/** {@code envoy.config.core.v3.HealthCheck} over HTTP. */
final class HealthCheckReader {
  private HealthCheckReader() {}

  static HealthCheck read(io.envoyproxy.envoy.config.core.v3.HealthCheck proto, Problems problems) {
    if (!proto.hasHttpHealthCheck()) {
      problems.field("http_health_check").add("is required");
    }
    String path = proto.getHttpHealthCheck().getPath();
    if (proto.hasHttpHealthCheck() && !path.startsWith("/")) {
      problems
          .field("http_health_check")
          .field("path")
          .add("has to begin with a slash: " + Texts.quoted(path));
    }
    return new HealthCheck(
        Durations.required(proto.hasTimeout(), proto.getTimeout(), problems.field("timeout")),
        Durations.required(proto.hasInterval(), proto.getInterval(), problems.field("interval")),
        Durations.positive(
            proto.hasNoTrafficInterval(),
            proto.getNoTrafficInterval(),
            HealthCheck.NO_TRAFFIC,
            problems.field("no_traffic_interval")),
        threshold(
            proto.hasUnhealthyThreshold(),
            proto.getUnhealthyThreshold(),
            problems.field("unhealthy_threshold")),
        threshold(
            proto.hasHealthyThreshold(),
            proto.getHealthyThreshold(),
            problems.field("healthy_threshold")),
        path,
        proto.getHttpHealthCheck().getHost());
  }

  private static int threshold(boolean set, UInt32Value value, Problems problems) {
    if (!set) {
      problems.add("is required");
    }
    return Numbers.uint32(set, value, 1, 1, 1000, problems);
  }
}
