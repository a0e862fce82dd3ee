package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.telemetry.AttemptResult;
import dev.weft.proxy.upstream.Host;
import dev.weft.proxy.upstream.Upstream;
import dev.weft.proxy.upstream.pool.HostPool;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One copy of a request on its way to an upstream, whose answer is dropped. What the upstream does
 * not take waits here up to a bound; beyond it the copy is given up, so that a slow mirror neither
 * slows the request down nor fills the memory.
 */
@LoopConfined
final class Mirror implements UpstreamStream.Events {
  /** Bytes of a body that wait for the upstream. */
  static final int MAX_WAITING = 64 * 1024;

  private final Upstream upstream;
  private final Duration limit;
  private final EventLoop loop;
  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(2);
  private @Nullable Host host;
  private HostPool.@Nullable Pending queued;
  private @Nullable UpstreamStream stream;
  private @Nullable HeaderList last;
  private @Nullable Future<?> deadline;
  private int waitingBytes;
  private boolean pending;
  private boolean complete;
  private boolean endSent;
  private boolean judged;
  private boolean over;

  Mirror(Upstream upstream, Duration limit, EventLoop loop) {
    this.upstream = upstream;
    this.limit = limit;
    this.loop = loop;
  }

  /** Opens it; false: there is no host for it, or too much is under way. */
  boolean start(RequestHead head, boolean end) {
    Host chosen = upstream.pick();
    if (chosen == null || !upstream.shared().tryRequest()) {
      upstream.metrics().attempt(AttemptResult.OVERFLOW);
      return false;
    }
    host = chosen;
    chosen.begin();
    complete = end;
    endSent = end;
    deadline = loop.schedule(this::expire, limit.toNanos(), TimeUnit.NANOSECONDS);
    HostPool.Pending opened = chosen.pool().open(head, end, this);
    if (over || stream != null) {
      return true;
    }
    if (upstream.shared().tryPending()) {
      pending = true;
      queued = opened;
    } else {
      opened.cancel();
      end(AttemptResult.OVERFLOW);
    }
    return true;
  }

  /** A piece of the body, owned from now on. */
  void data(ByteBuf piece, boolean end) {
    int size = piece.readableBytes();
    if (over || complete || waitingBytes + size > MAX_WAITING) {
      piece.release();
      giveUp(!over && !complete, AttemptResult.OVERFLOW);
      return;
    }
    complete = end;
    waitingBytes += size;
    waiting.add(piece);
    pump();
  }

  /** The request's trailers. */
  void trailers(HeaderList trailers) {
    if (!over && !complete) {
      complete = true;
      last = trailers;
      pump();
    }
  }

  /** The request is over. */
  void sourceClosed() {
    giveUp(!over && !complete, AttemptResult.CANCELLED);
  }

  private void expire() {
    giveUp(!over, AttemptResult.TIMEOUT);
  }

  private void pump() {
    UpstreamStream to = stream;
    if (to == null) {
      return;
    }
    while (!waiting.isEmpty() && to.writable()) {
      ByteBuf piece = waiting.remove();
      waitingBytes -= piece.readableBytes();
      endSent = complete && last == null && waiting.isEmpty();
      to.data(piece, endSent);
    }
    if (complete && !endSent && waiting.isEmpty()) {
      endSent = true;
      HeaderList trailers = last;
      if (trailers == null) {
        to.data(Unpooled.EMPTY_BUFFER, true);
      } else {
        to.trailers(trailers);
      }
    }
  }

  private void giveUp(boolean now, AttemptResult result) {
    if (!now) {
      return;
    }
    UpstreamStream open = stream;
    HostPool.Pending unopened = queued;
    end(result);
    if (open != null) {
      open.reset();
    } else if (unopened != null) {
      unopened.cancel();
    }
  }

  private void end(AttemptResult result) {
    if (over) {
      return;
    }
    over = true;
    leaveQueue();
    waiting.forEach(ByteBuf::release);
    waiting.clear();
    if (deadline != null) {
      deadline.cancel(false);
    }
    if (host != null) {
      host.end();
    }
    upstream.shared().requestDone();
    upstream.metrics().attempt(result);
  }

  private void leaveQueue() {
    queued = null;
    if (pending) {
      pending = false;
      upstream.shared().pendingDone();
    }
  }

  @Override
  public void onStarted(UpstreamStream started) {
    if (over) {
      started.reset();
      return;
    }
    stream = started;
    leaveQueue();
    pump();
  }

  @Override
  public void onConnectFailure(UpstreamStream.ConnectFailure failure) {
    if (!over) {
      ConnectTrouble trouble = ConnectTrouble.of(failure);
      if (trouble.hostsFault() && host != null) {
        upstream.shared().outliers().onLocalFailure(host.record(), trouble.status());
      }
      end(trouble.result());
    }
  }

  @Override
  public void onInformational(ResponseHead head) {}

  @Override
  public void onResponse(ResponseHead head, boolean end) {
    if (!over && !judged && host != null) {
      judged = true;
      upstream.shared().outliers().onStatus(host.record(), head.status());
    }
    answered(end);
  }

  @Override
  public void onData(ByteBuf data, boolean end) {
    int size = data.readableBytes();
    data.release();
    if (stream != null && size > 0) {
      stream.consumed(size);
    }
    answered(end);
  }

  @Override
  public void onTrailers(HeaderList trailers) {
    answered(true);
  }

  /** Answered to the end: what was not sent of the request is not wanted. */
  private void answered(boolean end) {
    if (end && !over) {
      UpstreamStream open = stream;
      end(AttemptResult.ANSWERED);
      if (!endSent && open != null) {
        open.reset();
      }
    }
  }

  @Override
  public void onReset(ResetReason reason, boolean requestSent) {
    if (!over) {
      if (host != null && requestSent) {
        upstream.shared().outliers().onLocalFailure(host.record(), 503);
      }
      end(AttemptResult.RESET);
    }
  }

  @Override
  public void onWritable() {
    if (!over) {
      pump();
    }
  }
}
