package dev.weft.proxy.http.filter.jwt;

import dev.weft.policy.jwt.JwksFetcher;
import dev.weft.policy.jwt.JwksSource;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.upstream.Host;
import dev.weft.proxy.upstream.Upstream;
import dev.weft.proxy.upstream.UpstreamSet;
import io.netty.channel.EventLoop;
import java.net.URI;

/** Gets the keys of a provider over an upstream of the proxy, as one GET. */
@LoopConfined
final class UpstreamKeys implements JwksFetcher {
  private final JwksSource.Remote remote;
  private final UpstreamSet upstreams;
  private final EventLoop loop;
  private final String authority;
  private final String path;

  UpstreamKeys(JwksSource.Remote remote, UpstreamSet upstreams, EventLoop loop) {
    this.remote = remote;
    this.upstreams = upstreams;
    this.loop = loop;
    URI uri = URI.create(remote.uri());
    this.authority = uri.getRawAuthority();
    String target = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    this.path = uri.getRawQuery() == null ? target : target + "?" + uri.getRawQuery();
  }

  @Override
  public Runnable fetch(Answer answer) {
    Upstream upstream = upstreams.get(remote.cluster());
    Host host = upstream == null ? null : upstream.pick();
    if (upstream == null || host == null) {
      answer.failed(upstream == null ? "no such upstream" : "no healthy host");
      return () -> {};
    }
    if (!upstream.shared().tryRequest()) {
      answer.failed("too many requests");
      return () -> {};
    }
    RequestHead head =
        new RequestHead(
            "GET",
            host.target().tls() == null ? "http" : "https",
            authority,
            path,
            new HeaderList(4).add("user-agent", "weft"));
    KeyRequest request = new KeyRequest(upstream, host, answer);
    request.open(head, remote.timeout(), loop);
    return request::cancel;
  }
}
