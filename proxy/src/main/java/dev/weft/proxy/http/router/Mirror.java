package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.telemetry.AttemptResult;
import dev.weft.proxy.upstream.Host;
import dev.weft.proxy.upstream.Upstream;
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
final class Mirror extends HostCall {
  /** Bytes of a body that wait for the upstream. */
  static final int MAX_WAITING = 64 * 1024;

  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(2);
  private @Nullable HeaderList last;
  private @Nullable Future<?> deadline;
  private int waitingBytes;
  private boolean complete;
  private boolean endSent;
  private boolean judged;

  private Mirror(Upstream upstream, Host host, boolean complete) {
    super(upstream, host);
    this.complete = complete;
    this.endSent = complete;
  }

  /**
   * Opens one.
   *
   * @param limit after which it is given up
   * @return {@code null}: there is no host for it, or too much is under way
   */
  static @Nullable Mirror start(
      Upstream upstream, RequestHead head, boolean end, Duration limit, EventLoop loop) {
    Host chosen = upstream.pick();
    if (chosen == null || !upstream.shared().tryRequest()) {
      upstream.metrics().attempt(AttemptResult.OVERFLOW);
      return null;
    }
    Mirror mirror = new Mirror(upstream, chosen, end);
    mirror.deadline = loop.schedule(mirror::expire, limit.toNanos(), TimeUnit.NANOSECONDS);
    mirror.open(chosen.pool(), head, end);
    return mirror;
  }

  /** A piece of the body, owned from now on. */
  void data(ByteBuf piece, boolean end) {
    int size = piece.readableBytes();
    if (over() || complete || waitingBytes + size > MAX_WAITING) {
      piece.release();
      giveUp(!complete, AttemptResult.OVERFLOW);
      return;
    }
    complete = end;
    waitingBytes += size;
    waiting.add(piece);
    pump();
  }

  /** The request's trailers. */
  void trailers(HeaderList trailers) {
    if (!over() && !complete) {
      complete = true;
      last = trailers;
      pump();
    }
  }

  /** The request is over. */
  void sourceClosed() {
    giveUp(!complete, AttemptResult.CANCELLED);
  }

  private void expire() {
    giveUp(true, AttemptResult.TIMEOUT);
  }

  private void pump() {
    UpstreamStream to = stream();
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
    if (now && !over()) {
      leave(result, true);
    }
  }

  @Override
  void onOpen(UpstreamStream opened) {
    pump();
  }

  @Override
  void onUnopened(RetryState.Trouble trouble, Failure failure) {}

  @Override
  void onEnd(AttemptResult result, int status, String detail) {
    waiting.forEach(ByteBuf::release);
    waiting.clear();
    if (deadline != null) {
      deadline.cancel(false);
    }
    upstream().metrics().attempt(result);
  }

  @Override
  public void onInformational(ResponseHead head) {}

  @Override
  public void onResponse(ResponseHead head, boolean end) {
    if (!over() && !judged) {
      judged = true;
      outliers().onStatus(host().record(), head.status());
    }
    answered(end);
  }

  @Override
  public void onData(ByteBuf data, boolean end) {
    drop(data);
    answered(end);
  }

  @Override
  public void onTrailers(HeaderList trailers) {
    answered(true);
  }

  /** Answered to the end: what was not sent of the request is not wanted. */
  private void answered(boolean end) {
    if (end && !over()) {
      leave(AttemptResult.ANSWERED, !endSent);
    }
  }

  @Override
  public void onReset(ResetReason reason, boolean requestSent) {
    if (!over()) {
      if (requestSent) {
        outliers().onLocalFailure(host().record(), 503);
      }
      end(AttemptResult.RESET, 0, "");
    }
  }

  @Override
  public void onWritable() {
    pump();
  }
}
