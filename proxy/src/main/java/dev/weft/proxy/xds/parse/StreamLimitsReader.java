package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.StreamLimits;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * {@code max_stream_duration} of a route action, what it has replaced, and {@code idle_timeout}.
 */
final class StreamLimitsReader {
  private StreamLimitsReader() {}

  // Deprecated, but honoured by Envoy and written by control planes of today.
  @SuppressWarnings("deprecation")
  static StreamLimits read(RouteAction proto, Problems problems) {
    boolean instead = proto.hasMaxStreamDuration();
    if (!instead
        && !proto.hasMaxGrpcTimeout()
        && !proto.hasGrpcTimeoutOffset()
        && !proto.hasIdleTimeout()) {
      return StreamLimits.NONE;
    }
    RouteAction.MaxStreamDuration limits = proto.getMaxStreamDuration();
    Problems at = problems.field("max_stream_duration");
    return new StreamLimits(
        instead,
        optional(
            limits.hasMaxStreamDuration(),
            limits.getMaxStreamDuration(),
            at.field("max_stream_duration")),
        optional(
            limits.hasGrpcTimeoutHeaderMax(),
            limits.getGrpcTimeoutHeaderMax(),
            at.field("grpc_timeout_header_max")),
        Durations.zeroOrMore(
            limits.hasGrpcTimeoutHeaderOffset(),
            limits.getGrpcTimeoutHeaderOffset(),
            Duration.ZERO,
            at.field("grpc_timeout_header_offset")),
        optional(
            proto.hasMaxGrpcTimeout(),
            proto.getMaxGrpcTimeout(),
            problems.field("max_grpc_timeout")),
        Durations.zeroOrMore(
            proto.hasGrpcTimeoutOffset(),
            proto.getGrpcTimeoutOffset(),
            Duration.ZERO,
            problems.field("grpc_timeout_offset")),
        optional(proto.hasIdleTimeout(), proto.getIdleTimeout(), problems.field("idle_timeout")));
  }

  private static @Nullable Duration optional(
      boolean set, com.google.protobuf.Duration value, Problems problems) {
    return set ? Durations.zeroOrMore(true, value, Duration.ZERO, problems) : null;
  }
}
