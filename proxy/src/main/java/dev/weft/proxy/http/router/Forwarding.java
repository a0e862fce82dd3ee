package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.Destination;
import dev.weft.proxy.config.HeaderChanges;
import dev.weft.proxy.config.Rewrite;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.Route.Action.Forward;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.upstream.Attempted;
import dev.weft.proxy.upstream.Host;
import dev.weft.proxy.upstream.Upstream;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What became of a route's action for one request: its upstream and the state of its retries. */
@LoopConfined
final class Forwarding {
  private static final String ATTEMPTS = "x-envoy-attempt-count";

  private final Forward action;
  private final Destination.One to;
  private final Destination.@Nullable Share share;
  private @Nullable Upstream upstream;
  private @Nullable RetryState retry;
  private @Nullable Attempted attempted;
  private int attempts;

  private Forwarding(Forward action, Destination.One to, Destination.@Nullable Share share) {
    this.action = action;
    this.to = to;
    this.share = share;
  }

  /** Decides on the upstream. */
  static Forwarding of(Forward action, RequestHead head, RandomGenerator random) {
    return switch (action.destination()) {
      case Destination.One one -> new Forwarding(action, one, null);
      case Destination.Weighted weighted -> {
        Destination.Share drawn = weighted.at(drawn(weighted.randomHeader(), head, random));
        yield new Forwarding(action, drawn.target(), drawn);
      }
    };
  }

  /** By the request's own number where it has one, so that every proxy on its way draws alike. */
  private static long drawn(String header, RequestHead head, RandomGenerator random) {
    String value = header.isEmpty() ? null : head.headers().get(header);
    if (value != null && !value.isEmpty()) {
      try {
        return Long.parseUnsignedLong(value);
      } catch (NumberFormatException notOne) {
        // Falls back to chance, as documented for header_name.
      }
    }
    return random.nextLong();
  }

  /** The upstream is known. */
  void begin(Upstream target, RandomGenerator random) {
    upstream = target;
    if (action.retry() != null) {
      retry = new RetryState(action.retry(), target.shared(), random);
      attempted = new Attempted(action.retry());
    }
  }

  Forward action() {
    return action;
  }

  String upstreamName() {
    return to.upstream();
  }

  @Nullable Upstream upstream() {
    return upstream;
  }

  @Nullable RetryState retry() {
    return retry;
  }

  /** A host for the next attempt; {@code null}: none is healthy. */
  @Nullable Host pick(String serverName) {
    Upstream target = upstream;
    Host host = target == null ? null : target.pick(serverName, attempted);
    return host;
  }

  /** An attempt at the host begins with this request. */
  void attempt(Host host, HeaderList headers) {
    attempts++;
    if (attempted != null) {
      attempted.add(host);
    }
    if (action.countAttempts()) {
      headers.set(ATTEMPTS, Integer.toString(attempts));
    }
  }

  /** A response goes downstream. */
  void responding(HeaderList headers) {
    if (action.tellAttempts() && attempts > 0) {
      headers.set(ATTEMPTS, Integer.toString(attempts));
    }
  }

  List<HeaderChanges> requestHeaders(Route route) {
    return share == null ? route.requestHeaders() : share.requestHeaders();
  }

  List<HeaderChanges> responseHeaders(Route route) {
    return share == null ? route.responseHeaders() : share.responseHeaders();
  }

  /** The route's rewrite; the host of the upstream chosen where the route has none. */
  Rewrite rewrite() {
    return share == null || share.host().isEmpty() || action.rewrite().host() != null
        ? action.rewrite()
        : new Rewrite(
            action.rewrite().path(),
            new Rewrite.Host.Literal(share.host()),
            action.rewrite().appendForwardedHost());
  }

  /** The request is over. */
  void release() {
    if (retry != null) {
      retry.release();
    }
  }
}
