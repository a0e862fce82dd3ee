package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.Decorator;
import dev.weft.proxy.config.RetryPolicy;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.Route.Action;
import dev.weft.proxy.config.Route.Match;
import dev.weft.proxy.config.Route.PathMatch;
import dev.weft.proxy.http.codec.HttpChars;
import dev.weft.proxy.xds.parse.HeaderChangesReader.Level;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.Route}. */
final class RouteReader {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final int MAX_BODY = 4096;

  private final RouteScope scope;

  /**
   * @param scope what the route inherits
   */
  RouteReader(RouteScope scope) {
    this.scope = scope;
  }

  /** Reads one; {@code null} only when problems were added. */
  @Nullable Route read(io.envoyproxy.envoy.config.route.v3.Route proto, Problems problems) {
    Match match = RouteMatchReader.read(proto.getMatch(), problems.field("match"));
    Level all =
        scope.levels(
            HeaderChangesReader.level(
                proto.getRequestHeadersToRemoveList(),
                proto.getRequestHeadersToAddList(),
                proto.getResponseHeadersToRemoveList(),
                proto.getResponseHeadersToAddList(),
                problems));
    Action action = action(proto, match == null ? null : match.path(), all, problems);
    if (match == null || action == null) {
      return null;
    }
    return new Route(
        proto.getName(),
        match,
        action,
        all.requests(),
        all.responses(),
        FilterSettingsReader.read(proto.getTypedPerFilterConfigMap(), scope.filters(), problems),
        proto.hasDecorator()
            ? decorator(proto.getDecorator(), problems.field("decorator"))
            : Decorator.NONE,
        proto.hasTracing()
            ? TracingReader.ofRoute(proto.getTracing(), problems.field("tracing"))
            : null);
  }

  private static Decorator decorator(
      io.envoyproxy.envoy.config.route.v3.Decorator proto, Problems problems) {
    Problems at = problems.field("operation");
    String operation = Texts.required(proto.getOperation(), at);
    if (!HttpChars.isValue(operation)) {
      at.add("does not fit into a header");
    }
    return new Decorator(operation, !proto.hasPropagate() || proto.getPropagate().getValue());
  }

  private @Nullable Action action(
      io.envoyproxy.envoy.config.route.v3.Route proto,
      @Nullable PathMatch path,
      Level all,
      Problems problems) {
    if (proto.hasPerRequestBufferLimitBytes() && !proto.hasRoute()) {
      problems.field("per_request_buffer_limit_bytes").add("is supported with route only");
    }
    return switch (proto.getActionCase()) {
      case ROUTE -> {
        int replay =
            RouteScope.replayBytes(
                proto.hasPerRequestBufferLimitBytes(),
                proto.getPerRequestBufferLimitBytes(),
                scope.replayBytes(),
                problems);
        yield forward(proto.getRoute(), path, all, replay, problems.field("route"));
      }
      case REDIRECT -> RedirectReader.read(proto.getRedirect(), path, problems.field("redirect"));
      case DIRECT_RESPONSE -> direct(proto.getDirectResponse(), problems.field("direct_response"));
      // FieldCheck has reported these already.
      case FILTER_ACTION, NON_FORWARDING_ACTION -> null;
      case ACTION_NOT_SET -> {
        problems.add("route, redirect or direct_response is required");
        yield null;
      }
    };
  }

  private Action forward(
      RouteAction proto, @Nullable PathMatch path, Level all, int replay, Problems problems) {
    RetryPolicy retry =
        proto.hasRetryPolicy()
            ? RetryPolicyReader.read(proto.getRetryPolicy(), problems.field("retry_policy"))
            : scope.retry();
    return new Action.Forward(
        DestinationReader.read(proto, scope, all, problems),
        Durations.zeroOrMore(
            proto.hasTimeout(), proto.getTimeout(), TIMEOUT, problems.field("timeout")),
        retry,
        RewriteReader.read(proto, path, problems),
        scope.countAttempts(),
        scope.tellAttempts(),
        replay,
        UpgradeReader.ofRoute(proto, problems.field("upgrade_configs")),
        HashPolicyReader.read(proto.getHashPolicyList(), problems.field("hash_policy")),
        MirrorPolicyReader.read(
            proto.getRequestMirrorPoliciesList(),
            scope.mirrors(),
            problems.field("request_mirror_policies")),
        StreamLimitsReader.read(proto, problems));
  }

  private static Action direct(DirectResponseAction proto, Problems problems) {
    byte[] body = SharedReader.inline(proto.getBody(), MAX_BODY, problems.field("body"));
    return new Action.Direct(
        Numbers.within(
            Integer.toUnsignedLong(proto.getStatus()), 200, 599, 500, problems.field("status")),
        new String(body, StandardCharsets.UTF_8));
  }
}
