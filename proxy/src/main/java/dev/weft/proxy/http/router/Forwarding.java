package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.Destination;
import dev.weft.proxy.config.HeaderChanges;
import dev.weft.proxy.config.Rewrite;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.Route.Action.Forward;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.telemetry.TraceContext;
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
  private @Nullable RequestHash hash;
  private @Nullable Long key;
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
  Forwarding begin(Upstream target, RandomGenerator random) {
    upstream = target;
    if (action.retry() != null) {
      retry = new RetryState(action.retry(), target.shared(), random);
      attempted = new Attempted(action.retry());
    }
    return this;
  }

  /** The request as it is sent: with the headers and for the target that the route says. */
  RequestHead prepare(Route route, ValueScene scene, RandomGenerator random) {
    RequestHead head = scene.request();
    List<HeaderChanges> changes = share == null ? route.requestHeaders() : share.requestHeaders();
    if (!changes.isEmpty()) {
      HeaderWriting.apply(changes, head.headers(), scene, null);
    }
    RequestHead sent = RequestHeaders.rewrite(head, route, rewrite());
    if (!action.hashPolicies().isEmpty()) {
      hash = RequestHash.of(action.hashPolicies(), sent, scene.record().remoteAddress(), random);
      key = hash.found() ? (Long) hash.value() : null;
    }
    return sent;
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
    return target == null ? null : target.pick(serverName, attempted, to.subset(), key);
  }

  /** An attempt at the host begins with this request. */
  void attempt(Host host, HeaderList headers, RequestRecord record) {
    attempts++;
    TraceContext trace = record.trace();
    if (trace != null && record.spansAttempts()) {
      long id = TraceHeaders.attemptId(trace, attempts);
      record.attempts().getLast().span(id);
      TraceHeaders.attempt(headers, trace, id);
    }
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
    if (hash != null) {
      hash.responding(headers);
    }
  }

  List<HeaderChanges> responseHeaders(Route route) {
    return share == null ? route.responseHeaders() : share.responseHeaders();
  }

  /** The route's rewrite; the host of the upstream chosen where the route has none. */
  private Rewrite rewrite() {
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
