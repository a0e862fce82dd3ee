package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.RequestHead;

/**
 * Connections to one host that speak what ALPN agrees on ({@code auto_config}). Every connection
 * may turn out otherwise than the one before (a host is replaced by a newer one at the same
 * address): the last one says what attempts are opened on. Before the first, one connection is
 * dialled for all that wait, as for HTTP/2.
 */
@LoopConfined
final class AlpnPool implements HostPool {
  private final H1Pool http1;
  private final H2Pool http2;
  private HostPool last;

  AlpnPool(H1Pool http1, H2Pool http2) {
    this.http1 = http1;
    this.http2 = http2;
    this.last = http2;
    http1.handOver((channel, attempts) -> {
      last = http2;
      http2.adopt(channel, attempts);
    });
    http2.handOver((channel, attempts) -> {
      last = http1;
      http1.adopt(channel, attempts);
    });
  }

  @Override
  public Pending open(RequestHead head, boolean end, UpstreamStream.Events events) {
    return last.open(head, end, events);
  }

  @Override
  public void drain() {
    http1.drain();
    http2.drain();
  }

  @Override
  public int connections() {
    return http1.connections() + http2.connections();
  }
}
