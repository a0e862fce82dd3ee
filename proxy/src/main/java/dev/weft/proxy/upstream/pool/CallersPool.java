package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.RequestHead;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Connections to one host that speak what the caller speaks ({@code
 * use_downstream_protocol_config}). Requests without a caller (copies, health checks) are HTTP/1.1,
 * as Envoy's are.
 */
@LoopConfined
final class CallersPool implements HostPool {
  private final Supplier<HostPool> makeHttp1;
  private final Supplier<HostPool> makeHttp2;
  private @Nullable HostPool http1;
  private @Nullable HostPool http2;

  CallersPool(Supplier<HostPool> http1, Supplier<HostPool> http2) {
    this.makeHttp1 = http1;
    this.makeHttp2 = http2;
  }

  @Override
  public HostPool towards(boolean http2Caller) {
    HostPool pool = http2Caller ? http2 : http1;
    if (pool == null) {
      pool = http2Caller ? makeHttp2.get() : makeHttp1.get();
      if (http2Caller) {
        http2 = pool;
      } else {
        http1 = pool;
      }
    }
    return pool;
  }

  @Override
  public Pending open(RequestHead head, boolean end, UpstreamStream.Events events) {
    return towards(false).open(head, end, events);
  }

  @Override
  public void drain() {
    if (http1 != null) {
      http1.drain();
    }
    if (http2 != null) {
      http2.drain();
    }
  }

  @Override
  public int connections() {
    return (http1 == null ? 0 : http1.connections()) + (http2 == null ? 0 : http2.connections());
  }
}
