package dev.weft.gateway.probe;

import dev.weft.gateway.probe.ProbeResult.Outcome;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.upstream.pool.HostPool;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One probe. Tells its end once; whatever comes afterwards is dropped. */
@LoopConfined
final class ProbeAttempt implements UpstreamStream.Events {

  private final LongSupplier nanoTime;
  private final Consumer<Outcome> end;
  private HostPool.@Nullable Pending pending;
  private @Nullable UpstreamStream stream;
  private @Nullable Future<?> timeout;
  private long sentAt;
  private boolean ended;

  ProbeAttempt(LongSupplier nanoTime, Consumer<Outcome> end) {
    this.nanoTime = nanoTime;
    this.end = end;
  }

  /**
   * Sends the request.
   *
   * @param limit for dialling and the answer together
   */
  void begin(HostPool pool, RequestHead head, EventLoop loop, Duration limit) {
    timeout = loop.schedule(this::onTimeout, limit.toNanos(), TimeUnit.NANOSECONDS);
    HostPool.Pending opening = pool.open(head, true, this);
    // The pool may have answered already.
    pending = ended ? null : opening;
  }

  /** Gives it up; its end is not told. */
  void abandon() {
    if (!ended) {
      close();
      withdraw();
    }
  }

  private void onTimeout() {
    if (!ended) {
      finish(new Outcome.Unreachable(Failure.REQUEST_TIMEOUT));
      withdraw();
    }
  }

  private void withdraw() {
    UpstreamStream sent = stream;
    HostPool.Pending waiting = pending;
    if (sent != null) {
      sent.reset();
    } else if (waiting != null) {
      waiting.cancel();
    }
  }

  private void finish(Outcome outcome) {
    if (!ended) {
      close();
      end.accept(outcome);
    }
  }

  private void close() {
    ended = true;
    if (timeout != null) {
      timeout.cancel(false);
    }
  }

  @Override
  public void onStarted(UpstreamStream started) {
    stream = started;
    sentAt = nanoTime.getAsLong();
  }

  @Override
  public void onConnectFailure(UpstreamStream.ConnectFailure failure) {
    finish(
        new Outcome.Unreachable(
            switch (failure.kind()) {
              case TLS -> Failure.UPSTREAM_TLS;
              case OVERFLOW -> Failure.OVERFLOW;
              case REFUSED, TIMEOUT, UNREACHABLE, OTHER -> Failure.CONNECT_FAILED;
            }));
  }

  @Override
  public void onInformational(ResponseHead head) {}

  @Override
  public void onResponse(ResponseHead head, boolean last) {
    if (ended) {
      return;
    }
    long took = Math.max(0, nanoTime.getAsLong() - sentAt);
    if (!last && stream != null) {
      // The answer has no body that matters; a peer that sends one without end is not read.
      stream.reset();
    }
    finish(
        head.status() == 200
            ? new Outcome.Reachable(Duration.ofNanos(took))
            : new Outcome.Unreachable(Failure.UPSTREAM_PROTOCOL));
  }

  @Override
  public void onData(ByteBuf data, boolean last) {
    data.release();
  }

  @Override
  public void onTrailers(HeaderList trailers) {}

  @Override
  public void onReset(ResetReason reason, boolean requestSent) {
    finish(
        new Outcome.Unreachable(
            switch (reason) {
              case CONNECTION_CLOSED, KEEPALIVE_TIMEOUT, CANCELLED -> Failure.CONNECTION_TERMINATED;
              case REMOTE_RESET, REFUSED -> Failure.UPSTREAM_RESET;
              case PROTOCOL_ERROR -> Failure.UPSTREAM_PROTOCOL;
            }));
  }

  @Override
  public void onWritable() {}
}
