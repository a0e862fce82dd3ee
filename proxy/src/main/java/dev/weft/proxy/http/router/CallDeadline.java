package dev.weft.proxy.http.router;

import dev.weft.proxy.config.Route.Action.Forward;
import dev.weft.proxy.config.StreamLimits;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a route, its connection manager and a gRPC caller say of how long a call may take. Pure. */
final class CallDeadline {
  /** No end. */
  static final long NEVER = -1;

  private CallDeadline() {}

  /**
   * How long the whole stream may take. Where that is what the route makes of the caller's
   * deadline, the deadline is written into the request, for the host to know it.
   *
   * @param ofManager zero: none
   * @return milliseconds from the request's begin, or {@link #NEVER}
   */
  static long ofStream(StreamLimits limits, Duration ofManager, RequestHead head, boolean grpc) {
    Duration most = limits.grpcHeaderMax();
    long asked = most == null ? NEVER : GrpcTimeout.millis(head.headers());
    long millis;
    if (most == null || asked == NEVER) {
      Duration longest = limits.longest() == null ? ofManager : limits.longest();
      if (longest.isZero()) {
        if (grpc && limits.instead() && !ofManager.isZero()) {
          // The route takes the manager's end away, and hosts are not told of another.
          head.headers().remove(GrpcTimeout.HEADER);
        }
        return NEVER;
      }
      millis = longest.toMillis();
    } else {
      millis = most.isZero() ? asked : Math.min(asked, most.toMillis());
      millis = Math.max(0, millis - limits.grpcHeaderOffset().toMillis());
    }
    if (grpc && limits.instead()) {
      head.headers().set(GrpcTimeout.HEADER, GrpcTimeout.text(millis));
    }
    return millis;
  }

  /** Milliseconds from the end of the request to the end of the answer; 0: no end. */
  static long ofRoute(Forward action, HeaderList headers, boolean grpc) {
    StreamLimits limits = action.limits();
    if (limits.instead()) {
      return 0;
    }
    Duration most = grpc ? limits.maxGrpcTimeout() : null;
    return most == null
        ? action.timeout().toMillis()
        : ofCall(Math.max(0, GrpcTimeout.millis(headers)), most, limits.grpcTimeoutOffset());
  }

  private static long ofCall(long asked, Duration most, Duration offset) {
    // Nothing left would read as no end.
    long millis = offset.toMillis() < asked ? asked - offset.toMillis() : asked;
    boolean beyond = millis == 0 || millis > most.toMillis();
    return !most.isZero() && beyond ? most.toMillis() : millis;
  }

  /** Whether hosts are told the route's timeout as the call's deadline. */
  static boolean told(@Nullable StreamLimits limits, boolean grpc) {
    return grpc && limits != null && !limits.instead() && limits.maxGrpcTimeout() != null;
  }
}
