package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.MirrorPolicy;
import dev.weft.proxy.config.RetryPolicy;
import dev.weft.proxy.config.RouteFilter;
import dev.weft.proxy.xds.parse.HeaderChangesReader.Level;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a route inherits of its virtual host and of the route configuration.
 *
 * @param above header changes of both, in order
 * @param specificLast whether the changes of a route come after those above it
 * @param retry for routes without a policy of their own
 * @param filters for routes that say nothing else
 * @param mirrors for routes without any of their own
 * @param replayBytes for routes without a limit of their own; -1: none
 */
record RouteScope(
    Level above,
    boolean specificLast,
    @Nullable RetryPolicy retry,
    boolean countAttempts,
    boolean tellAttempts,
    int replayBytes,
    List<MirrorPolicy> mirrors,
    Map<String, RouteFilter> filters) {
  private static final int MAX_REPLAY = 4 * 1024 * 1024;

  /** Of the whole table. */
  static RouteScope of(RouteConfiguration proto, Problems problems) {
    Level own =
        HeaderChangesReader.level(
            proto.getRequestHeadersToRemoveList(),
            proto.getRequestHeadersToAddList(),
            proto.getResponseHeadersToRemoveList(),
            proto.getResponseHeadersToAddList(),
            problems);
    return new RouteScope(
        own,
        proto.getMostSpecificHeaderMutationsWins(),
        null,
        false,
        false,
        -1,
        MirrorPolicyReader.read(
            proto.getRequestMirrorPoliciesList(),
            List.of(),
            problems.field("request_mirror_policies")),
        FilterSettingsReader.read(proto.getTypedPerFilterConfigMap(), Map.of(), problems));
  }

  /** Of a virtual host in it. */
  RouteScope within(VirtualHost proto, Problems problems) {
    Level own =
        HeaderChangesReader.level(
            proto.getRequestHeadersToRemoveList(),
            proto.getRequestHeadersToAddList(),
            proto.getResponseHeadersToRemoveList(),
            proto.getResponseHeadersToAddList(),
            problems);
    return new RouteScope(
        levels(own),
        specificLast,
        proto.hasRetryPolicy()
            ? RetryPolicyReader.read(proto.getRetryPolicy(), problems.field("retry_policy"))
            : null,
        proto.getIncludeRequestAttemptCount(),
        proto.getIncludeAttemptCountInResponse(),
        replayBytes(
            proto.hasPerRequestBufferLimitBytes(),
            proto.getPerRequestBufferLimitBytes(),
            -1,
            problems),
        MirrorPolicyReader.read(
            proto.getRequestMirrorPoliciesList(),
            mirrors,
            problems.field("request_mirror_policies")),
        FilterSettingsReader.read(proto.getTypedPerFilterConfigMap(), filters, problems));
  }

  /** The changes of something within, and those above it. */
  Level levels(Level own) {
    return levels(own, above);
  }

  /** The changes of something within another thing of this scope. */
  Level levels(Level own, Level around) {
    return specificLast ? around.before(own) : own.before(around);
  }

  /** {@code per_request_buffer_limit_bytes} of a route. */
  static int replayBytes(
      boolean set, com.google.protobuf.UInt32Value value, int whenUnset, Problems problems) {
    return Numbers.uint32(
        set, value, whenUnset, 0, MAX_REPLAY, problems.field("per_request_buffer_limit_bytes"));
  }
}
