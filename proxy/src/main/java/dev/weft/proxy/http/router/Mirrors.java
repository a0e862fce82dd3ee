package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.Fraction;
import dev.weft.proxy.config.MirrorPolicy;
import dev.weft.proxy.config.Route.Action.Forward;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.upstream.Upstream;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The copies of one request. Nothing that becomes of them touches the request itself: it neither
 * waits for them nor fails with them.
 */
@LoopConfined
final class Mirrors {
  /** A copy whose route has no timeout ends after this. */
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final List<Mirror> open = new ArrayList<>(1);

  private Mirrors() {}

  /**
   * Sends the copies' heads.
   *
   * @param head of the request as it goes to its own upstream
   * @param end whether it has neither body nor trailers
   * @return {@code null}: there is no copy
   */
  static @Nullable Mirrors of(Forward action, RequestHead head, boolean end, RouterWorker worker) {
    List<MirrorPolicy> policies = action.mirrors();
    // What a changed protocol carries is a conversation with one side alone.
    if (policies.isEmpty() || head.upgrades()) {
      return null;
    }
    Duration limit = action.timeout().isZero() ? LONGEST : action.timeout();
    Mirrors mirrors = new Mirrors();
    for (int i = 0; i < policies.size(); i++) {
      MirrorPolicy policy = policies.get(i);
      Upstream upstream = worker.upstreams().get(policy.upstream());
      boolean taken =
          policy.share().equals(Fraction.ALL)
              || policy.share().includes(worker.random().nextLong() >>> 1);
      if (upstream != null && taken) {
        Mirror mirror =
            Mirror.start(upstream, copy(head, policy.markHost()), end, limit, worker.loop());
        if (mirror != null) {
          mirrors.open.add(mirror);
        }
      }
    }
    return mirrors.open.isEmpty() ? null : mirrors;
  }

  private static RequestHead copy(RequestHead head, boolean mark) {
    return new RequestHead(
        head.method(),
        head.scheme(),
        mark ? marked(head.authority()) : head.authority(),
        head.path(),
        head.headers().copy());
  }

  /** The host with its mark, in front of a port. */
  static String marked(String authority) {
    int colon = authority.lastIndexOf(':');
    return colon < 0 || authority.indexOf(']', colon) >= 0
        ? authority + "-shadow"
        : authority.substring(0, colon) + "-shadow" + authority.substring(colon);
  }

  /** A piece of the body came; it stays the caller's. */
  void data(ByteBuf data, boolean end) {
    for (int i = 0; i < open.size(); i++) {
      open.get(i).data(data.retainedDuplicate(), end);
    }
  }

  /** The request ended with trailers. */
  void trailers(HeaderList trailers) {
    for (int i = 0; i < open.size(); i++) {
      open.get(i).trailers(trailers.copy());
    }
  }

  /** Nothing more comes; copies that miss a part of the request are given up. */
  void close() {
    for (int i = 0; i < open.size(); i++) {
      open.get(i).sourceClosed();
    }
  }
}
