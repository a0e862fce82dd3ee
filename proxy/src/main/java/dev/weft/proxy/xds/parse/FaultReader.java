package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.FilterSettings.Abort;
import dev.weft.proxy.config.FilterSettings.Delay;
import dev.weft.proxy.config.FilterSettings.Fault;
import dev.weft.proxy.config.FilterSettings.Rate;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code envoy.extensions.filters.http.fault.v3.HTTPFault}. */
final class FaultReader {
  private FaultReader() {}

  static Fault read(HTTPFault proto, Problems problems) {
    return new Fault(
        proto.hasDelay() ? delay(proto.getDelay(), problems.field("delay")) : null,
        proto.hasAbort() ? abort(proto.getAbort(), problems.field("abort")) : null,
        proto.hasResponseRateLimit()
            ? rate(proto.getResponseRateLimit(), problems.field("response_rate_limit"))
            : null,
        RouteMatchReader.headers(proto.getHeadersList(), problems.field("headers")),
        Numbers.uint32(
            proto.hasMaxActiveFaults(),
            proto.getMaxActiveFaults(),
            -1,
            0,
            Integer.MAX_VALUE,
            problems.field("max_active_faults")));
  }

  private static @Nullable Delay delay(FaultDelay proto, Problems problems) {
    var share = RouteMatchReader.fraction(proto.getPercentage(), problems.field("percentage"));
    return switch (proto.getFaultDelaySecifierCase()) {
      case FIXED_DELAY -> {
        Problems at = problems.field("fixed_delay");
        Duration fixed = Durations.required(true, proto.getFixedDelay(), at);
        yield new Delay(fixed, share);
      }
      case HEADER_DELAY -> new Delay(null, share);
      case FAULTDELAYSECIFIER_NOT_SET -> {
        problems.add("fixed_delay or header_delay is required");
        yield null;
      }
    };
  }

  private static @Nullable Rate rate(FaultRateLimit proto, Problems problems) {
    var share = RouteMatchReader.fraction(proto.getPercentage(), problems.field("percentage"));
    return switch (proto.getLimitTypeCase()) {
      case FIXED_LIMIT -> {
        long kbps = proto.getFixedLimit().getLimitKbps();
        if (kbps == 0) {
          problems.field("fixed_limit").field("limit_kbps").add("must be above 0");
        }
        // As unsigned; what is beyond is as good as no limit.
        yield new Rate(kbps < 0 ? Rate.MOST_KBPS : Math.clamp(kbps, 1, Rate.MOST_KBPS), share);
      }
      case HEADER_LIMIT -> new Rate(0, share);
      case LIMITTYPE_NOT_SET -> {
        problems.add("fixed_limit or header_limit is required");
        yield null;
      }
    };
  }

  private static @Nullable Abort abort(FaultAbort proto, Problems problems) {
    var share = RouteMatchReader.fraction(proto.getPercentage(), problems.field("percentage"));
    return switch (proto.getErrorTypeCase()) {
      case HTTP_STATUS -> {
        long status = Integer.toUnsignedLong(proto.getHttpStatus());
        Problems at = problems.field("http_status");
        yield new Abort(Numbers.within(status, 200, 599, 500, at), -1, false, share);
      }
      case GRPC_STATUS -> {
        long status = Integer.toUnsignedLong(proto.getGrpcStatus());
        Problems at = problems.field("grpc_status");
        yield new Abort(0, Numbers.within(status, 0, 16, 2, at), false, share);
      }
      case HEADER_ABORT -> new Abort(0, -1, true, share);
      case ERRORTYPE_NOT_SET -> {
        problems.add("http_status, grpc_status or header_abort is required");
        yield null;
      }
    };
  }
}
