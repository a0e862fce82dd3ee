package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.filter.UpstreamCalls;
import dev.weft.proxy.telemetry.AttemptResult;
import dev.weft.proxy.upstream.Host;
import dev.weft.proxy.upstream.Upstream;
import dev.weft.proxy.upstream.UpstreamSet;
import io.netty.channel.EventLoop;

/** Requests of filters over the upstreams of this worker. */
@LoopConfined
final class UpstreamRequests implements UpstreamCalls {
  private final UpstreamSet upstreams;
  private final EventLoop loop;

  UpstreamRequests(UpstreamSet upstreams, EventLoop loop) {
    this.upstreams = upstreams;
    this.loop = loop;
  }

  @Override
  public Runnable send(Call call, Answer answer) {
    Upstream upstream = upstreams.get(call.upstream());
    Host host = upstream == null ? null : upstream.pick();
    if (upstream == null || host == null) {
      answer.failed(upstream == null ? "no such upstream" : "no healthy host");
      return () -> {};
    }
    if (!upstream.shared().tryRequest()) {
      upstream.metrics().attempt(AttemptResult.OVERFLOW);
      answer.failed("too many requests");
      return () -> {};
    }
    RequestHead head =
        new RequestHead(
            call.method(),
            host.target().tls() == null ? "http" : "https",
            call.authority().isEmpty() ? call.upstream() : call.authority(),
            call.path(),
            call.headers());
    UpstreamRequest request = new UpstreamRequest(upstream, host, call, answer);
    request.start(head, loop);
    return request::cancel;
  }
}
