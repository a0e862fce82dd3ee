package dev.weft.bench.proxy;

import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.upstream.pool.HostPool;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;

/** Hosts that answer 200 before {@code open} returns. */
final class AnsweringPools implements HostPool.Factory {
  private static final HostPool.Pending DONE = () -> {};

  @Override
  public HostPool create(HostPool.HostTarget target) {
    return new Pool();
  }

  private static final class Pool implements HostPool, UpstreamStream {
    @Override
    public Pending open(RequestHead head, boolean end, UpstreamStream.Events events) {
      events.onStarted(this);
      events.onResponse(new ResponseHead(200, new HeaderList(4).add("content-length", "0")), true);
      return DONE;
    }

    @Override
    public void drain() {}

    @Override
    public int connections() {
      return 1;
    }

    @Override
    public void data(ByteBuf data, boolean end) {
      data.release();
    }

    @Override
    public void trailers(HeaderList trailers) {}

    @Override
    public void reset() {}

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void consumed(int bytes) {}
  }
}
