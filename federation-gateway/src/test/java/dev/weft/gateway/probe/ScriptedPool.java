package dev.weft.gateway.probe;

import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.upstream.pool.HostPool;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * A pool whose host does what a test says, one script for each attempt; without a script it stays
 * silent.
 */
final class ScriptedPool implements HostPool.Factory {

  final List<HostPool.HostTarget> dialled = new ArrayList<>();
  final List<RequestHead> asked = new ArrayList<>();
  final Deque<Consumer<UpstreamStream.Events>> scripts = new ArrayDeque<>();
  UpstreamStream.Events last;
  int drained;
  int resets;
  int cancelled;

  @Override
  public HostPool create(HostPool.HostTarget target) {
    dialled.add(target);
    return new HostPool() {
      @Override
      public Pending open(RequestHead head, boolean end, UpstreamStream.Events events) {
        asked.add(head);
        last = events;
        if (!scripts.isEmpty()) {
          scripts.poll().accept(events);
        }
        return () -> cancelled++;
      }

      @Override
      public void drain() {
        drained++;
      }

      @Override
      public int connections() {
        return 1;
      }
    };
  }

  void answers(int status) {
    scripts.add(events -> {
      events.onStarted(stream());
      events.onResponse(new ResponseHead(status, new HeaderList()), true);
    });
  }

  void isReset(ResetReason reason) {
    scripts.add(events -> {
      events.onStarted(stream());
      events.onReset(reason, true);
    });
  }

  void cannotBeDialled(UpstreamStream.ConnectFailure.Kind kind) {
    scripts.add(
        events -> events.onConnectFailure(new UpstreamStream.ConnectFailure(kind, "scripted")));
  }

  void takesTheRequestAndIsSilent() {
    scripts.add(events -> events.onStarted(stream()));
  }

  UpstreamStream stream() {
    return new UpstreamStream() {
      @Override
      public void data(ByteBuf data, boolean end) {
        data.release();
      }

      @Override
      public void trailers(HeaderList trailers) {}

      @Override
      public void reset() {
        resets++;
      }

      @Override
      public boolean writable() {
        return true;
      }

      @Override
      public void consumed(int bytes) {}
    };
  }
}
