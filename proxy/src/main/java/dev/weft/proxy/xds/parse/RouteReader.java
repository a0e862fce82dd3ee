package dev.weft.proxy.xds.parse;

import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.HeaderMatcherCodec;
import dev.weft.policy.xds.Problems;
import dev.weft.policy.xds.StringMatcherCodec;
import dev.weft.proxy.config.RetryPolicy;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.Route.Action;
import dev.weft.proxy.config.Route.PathMatch;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.Route}. */
final class RouteReader {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final int MAX_BODY = 4096;

  private RouteReader() {}

  /** Reads one; {@code null} only when problems were added. */
  static @Nullable Route read(io.envoyproxy.envoy.config.route.v3.Route proto, Problems problems) {
    PathMatch path = path(proto.getMatch(), problems.field("match"));
    List<HeaderMatcher> headers =
        headers(proto.getMatch().getHeadersList(), problems.field("match").field("headers"));
    Action action = action(proto, problems);
    Route.@Nullable Action whole = action;
    if (path == null || whole == null) {
      return null;
    }
    return new Route(
        proto.getName(),
        path,
        headers,
        whole,
        SharedReader.headersToRemove(
            proto.getRequestHeadersToRemoveList(), problems.field("request_headers_to_remove")),
        SharedReader.headersToAdd(
            proto.getRequestHeadersToAddList(), problems.field("request_headers_to_add")),
        SharedReader.headersToRemove(
            proto.getResponseHeadersToRemoveList(), problems.field("response_headers_to_remove")),
        SharedReader.headersToAdd(
            proto.getResponseHeadersToAddList(), problems.field("response_headers_to_add")));
  }

  private static @Nullable PathMatch path(RouteMatch proto, Problems problems) {
    boolean ignoreCase = proto.hasCaseSensitive() && !proto.getCaseSensitive().getValue();
    return switch (proto.getPathSpecifierCase()) {
      case PREFIX -> new PathMatch.Prefix(proto.getPrefix(), ignoreCase);
      case PATH -> new PathMatch.Exact(proto.getPath(), ignoreCase);
      case PATH_SEPARATED_PREFIX -> {
        String prefix = proto.getPathSeparatedPrefix();
        if (!prefix.startsWith("/")
            || prefix.endsWith("/")
            || prefix.indexOf('?') >= 0
            || prefix.indexOf('#') >= 0) {
          problems
              .field("path_separated_prefix")
              .add("has to begin with a slash and end without one: " + Texts.quoted(prefix));
        }
        yield new PathMatch.SegmentPrefix(prefix, ignoreCase);
      }
      case SAFE_REGEX -> {
        StringMatcher matcher =
            StringMatcherCodec.decodeRegex(proto.getSafeRegex(), problems.field("safe_regex"));
        yield matcher == null ? null : new PathMatch.Regex(matcher);
      }
      // FieldCheck has reported these already.
      case CONNECT_MATCHER, PATH_MATCH_POLICY -> null;
      case PATHSPECIFIER_NOT_SET -> {
        problems.add("prefix, path, path_separated_prefix or safe_regex is required");
        yield null;
      }
    };
  }

  static List<HeaderMatcher> headers(
      List<io.envoyproxy.envoy.config.route.v3.HeaderMatcher> protos, Problems problems) {
    List<HeaderMatcher> headers = new ArrayList<>();
    for (int i = 0; i < protos.size(); i++) {
      HeaderMatcher header = HeaderMatcherCodec.decode(protos.get(i), problems.item(i));
      if (header != null) {
        headers.add(header);
      }
    }
    return headers;
  }

  private static @Nullable Action action(
      io.envoyproxy.envoy.config.route.v3.Route proto, Problems problems) {
    return switch (proto.getActionCase()) {
      case ROUTE -> forward(proto.getRoute(), problems.field("route"));
      case DIRECT_RESPONSE -> direct(proto.getDirectResponse(), problems.field("direct_response"));
      // FieldCheck has reported these already.
      case REDIRECT, FILTER_ACTION, NON_FORWARDING_ACTION -> null;
      case ACTION_NOT_SET -> {
        problems.add("route or direct_response is required");
        yield null;
      }
    };
  }

  private static Action forward(RouteAction proto, Problems problems) {
    RetryPolicy retry =
        proto.hasRetryPolicy()
            ? RetryPolicyReader.read(proto.getRetryPolicy(), problems.field("retry_policy"))
            : null;
    return new Action.Forward(
        Texts.required(proto.getCluster(), problems.field("cluster")),
        Durations.zeroOrMore(
            proto.hasTimeout(), proto.getTimeout(), TIMEOUT, problems.field("timeout")),
        retry);
  }

  private static Action direct(DirectResponseAction proto, Problems problems) {
    byte[] body = SharedReader.inline(proto.getBody(), MAX_BODY, problems.field("body"));
    return new Action.Direct(
        Numbers.within(
            Integer.toUnsignedLong(proto.getStatus()), 200, 599, 500, problems.field("status")),
        new String(body, StandardCharsets.UTF_8));
  }
}
