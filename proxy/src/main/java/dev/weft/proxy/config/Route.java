package dev.weft.proxy.config;

import com.google.re2j.Pattern;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.StringMatcher;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The first route of a virtual host whose match accepts the request decides.
 *
 * @param requestHeaders what is written into requests: of the route, its virtual host and its route
 *     configuration, in order
 * @param responseHeaders the same for the upstream's answers and the route's own
 * @param filters what is said of the connection manager's filters, by their names: by the route or
 *     else by a level above it
 * @param decorator of its spans
 * @param tracing {@code null}: as the connection manager says
 */
public record Route(
    String name,
    Match match,
    Action action,
    List<HeaderChanges> requestHeaders,
    List<HeaderChanges> responseHeaders,
    Map<String, RouteFilter> filters,
    Decorator decorator,
    @Nullable RouteTracing tracing) {

  public Route {
    requestHeaders = List.copyOf(requestHeaders);
    responseHeaders = List.copyOf(responseHeaders);
    filters = Map.copyOf(filters);
  }

  /** A route that says nothing of filters. */
  public Route(
      String name,
      Match match,
      Action action,
      List<HeaderChanges> requestHeaders,
      List<HeaderChanges> responseHeaders) {
    this(name, match, action, requestHeaders, responseHeaders, Map.of(), Decorator.NONE, null);
  }

  /** A route that matches by path and headers alone, with changes of its own alone. */
  public Route(
      String name,
      PathMatch path,
      List<HeaderMatcher> headers,
      Action action,
      List<String> requestHeadersToRemove,
      List<HeaderValue> requestHeadersToAdd,
      List<String> responseHeadersToRemove,
      List<HeaderValue> responseHeadersToAdd) {
    this(
        name,
        new Match(path, headers, List.of(), false, Fraction.ALL),
        action,
        HeaderChanges.listOf(requestHeadersToRemove, requestHeadersToAdd),
        HeaderChanges.listOf(responseHeadersToRemove, responseHeadersToAdd));
  }

  /**
   * Which requests: all of it has to accept.
   *
   * @param grpc whether only gRPC calls are accepted
   * @param share of the requests that the rest accepts
   */
  public record Match(
      PathMatch path,
      List<HeaderMatcher> headers,
      List<QueryMatcher> query,
      boolean grpc,
      Fraction share) {
    public Match {
      headers = List.copyOf(headers);
      query = List.copyOf(query);
    }
  }

  /** How the path, without its query, is matched. */
  public sealed interface PathMatch {
    /** The whole path. */
    record Exact(String path, boolean ignoreCase) implements PathMatch {}

    /** The beginning of the path. */
    record Prefix(String prefix, boolean ignoreCase) implements PathMatch {}

    /**
     * Whole segments from the beginning: {@code /a} accepts {@code /a} and {@code /a/b}, not {@code
     * /ab}.
     */
    record SegmentPrefix(String prefix, boolean ignoreCase) implements PathMatch {}

    /** The whole path, by a linear-time regular expression. */
    record Regex(StringMatcher matcher) implements PathMatch {}

    /**
     * The whole path, by a URI template.
     *
     * @param pattern what the template says, its variables as named groups
     */
    record Template(Pattern pattern) implements PathMatch {}

    /** CONNECT requests, which have no path. */
    record Connect() implements PathMatch {}
  }

  /** What a route does. */
  public sealed interface Action {
    /**
     * Sends the request to an upstream.
     *
     * @param timeout from the end of the request to the end of the response; zero: none. Envoy's
     *     default is 15 s
     * @param countAttempts whether each attempt carries its number in {@code x-envoy-attempt-count}
     * @param tellAttempts whether the response does
     * @param replayBytes bytes of a request's body kept for a retry; -1: the process's
     * @param upgrades count before those of the connection manager
     * @param mirrors who gets copies of requests
     * @param hashPolicies what a host is chosen by, where the upstream hashes
     * @param limits how long a request may take, beside the timeout
     */
    record Forward(
        Destination destination,
        Duration timeout,
        @Nullable RetryPolicy retry,
        Rewrite rewrite,
        boolean countAttempts,
        boolean tellAttempts,
        int replayBytes,
        List<UpgradeConfig> upgrades,
        List<HashPolicy> hashPolicies,
        List<MirrorPolicy> mirrors,
        StreamLimits limits)
        implements Action {

      public Forward {
        upgrades = List.copyOf(upgrades);
        hashPolicies = List.copyOf(hashPolicies);
        mirrors = List.copyOf(mirrors);
      }

      /** To one upstream, as it came. */
      public Forward(String upstream, Duration timeout, @Nullable RetryPolicy retry) {
        this(
            new Destination.One(upstream, Map.of()),
            timeout,
            retry,
            Rewrite.NONE,
            false,
            false,
            -1,
            List.of(),
            List.of(),
            List.of(),
            StreamLimits.NONE);
      }
    }

    /** Answers by itself. */
    record Direct(int status, String body) implements Action {}

    /**
     * Sends the caller elsewhere.
     *
     * @param scheme empty: the request's
     * @param host empty: the request's
     * @param port 0: the request's
     * @param whole the path instead of the request's; empty: none
     * @param rewrite of the request's path; {@code null}: none
     * @param status 301, 302, 303, 307 or 308
     * @param stripQuery whether the request's query is left out
     */
    record Redirect(
        String scheme,
        String host,
        int port,
        String whole,
        Rewrite.@Nullable Path rewrite,
        int status,
        boolean stripQuery)
        implements Action {}
  }
}
