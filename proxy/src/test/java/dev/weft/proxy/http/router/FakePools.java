package dev.weft.proxy.http.router;

import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.upstream.pool.HostPool;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Hosts whose every event is played by the test. */
final class FakePools implements HostPool.Factory {
  final List<Try> tries = new ArrayList<>();
  final List<HostTarget> drained = new ArrayList<>();
  int created;

  @Override
  public HostPool create(HostTarget target) {
    created++;
    return new HostPool() {
      @Override
      public Pending open(RequestHead head, boolean end, UpstreamStream.Events events) {
        Try attempt = new Try(target, head, end, events);
        tries.add(attempt);
        return () -> attempt.cancelled = true;
      }

      @Override
      public void drain() {
        drained.add(target);
      }

      @Override
      public int connections() {
        return 0;
      }
    };
  }

  Try last() {
    return tries.getLast();
  }

  /** One attempt, as its host sees it. */
  static final class Try implements UpstreamStream {
    final HostTarget target;
    final RequestHead head;
    final UpstreamStream.Events events;
    final StringBuilder received = new StringBuilder();
    boolean ended;
    boolean cancelled;
    boolean reset;
    boolean writable = true;
    int consumed;
    HeaderList trailers;

    Try(HostTarget target, RequestHead head, boolean end, UpstreamStream.Events events) {
      this.target = target;
      this.head = head;
      this.ended = end;
      this.events = events;
    }

    int port() {
      return target.address().port();
    }

    Try start() {
      events.onStarted(this);
      return this;
    }

    void answer(int status, String body) {
      answer(status, new HeaderList(), body);
    }

    void answer(int status, HeaderList headers, String body) {
      start();
      events.onResponse(new ResponseHead(status, headers), body.isEmpty());
      if (!body.isEmpty()) {
        bytes(body, true);
      }
    }

    void bytes(String text, boolean end) {
      events.onData(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), end);
    }

    void refuse() {
      events.onConnectFailure(
          new UpstreamStream.ConnectFailure(ConnectFailure.Kind.REFUSED, "refused"));
    }

    void breakOff() {
      start();
      events.onReset(ResetReason.CONNECTION_CLOSED, true);
    }

    @Override
    public void data(ByteBuf data, boolean end) {
      if (ended) {
        throw new IllegalStateException("data after the end");
      }
      received.append(new String(ByteBufUtil.getBytes(data), StandardCharsets.UTF_8));
      data.release();
      ended = end;
    }

    @Override
    public void trailers(HeaderList last) {
      trailers = last;
      ended = true;
    }

    @Override
    public void reset() {
      reset = true;
    }

    @Override
    public boolean writable() {
      return writable;
    }

    @Override
    public void consumed(int bytes) {
      consumed += bytes;
    }
  }
}
