package dev.weft.proxy.config;

import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.StringMatcher;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first route of a virtual host whose match accepts the request decides.
 *
 * @param responseHeadersToRemove lower case; from the upstream's answer
 * @param responseHeadersToAdd to the upstream's answer
 * @param requestHeadersToRemove lower case
 */
public record Route(
    String name,
    PathMatch path,
    List<HeaderMatcher> headers,
    Action action,
    List<String> requestHeadersToRemove,
    List<HeaderValue> requestHeadersToAdd,
    List<String> responseHeadersToRemove,
    List<HeaderValue> responseHeadersToAdd) {

  public Route {
    headers = List.copyOf(headers);
    requestHeadersToRemove = List.copyOf(requestHeadersToRemove);
    requestHeadersToAdd = List.copyOf(requestHeadersToAdd);
    responseHeadersToRemove = List.copyOf(responseHeadersToRemove);
    responseHeadersToAdd = List.copyOf(responseHeadersToAdd);
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
  }

  /** What a route does. */
  public sealed interface Action {
    /**
     * Sends the request to an upstream.
     *
     * @param timeout from the end of the request to the end of the response; zero: none. Envoy's
     *     default is 15 s
     */
    record Forward(String upstream, Duration timeout, @Nullable RetryPolicy retry)
        implements Action {}

    /** Answers by itself. */
    record Direct(int status, String body) implements Action {}
  }
}
