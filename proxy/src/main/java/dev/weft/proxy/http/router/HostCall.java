package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.telemetry.AttemptResult;
import dev.weft.proxy.upstream.Host;
import dev.weft.proxy.upstream.Upstream;
import dev.weft.proxy.upstream.outlier.OutlierDetector;
import dev.weft.proxy.upstream.pool.HostPool;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One request at one host, and the places that it takes: among the upstream's requests, among those
 * that wait until they have a stream, and among the host's. Each is given back once, however it
 * ends; what the host says after that is for nobody.
 */
@LoopConfined
abstract class HostCall implements UpstreamStream.Events {
  private final Upstream upstream;
  private final Host host;
  private HostPool.@Nullable Pending queued;
  private @Nullable UpstreamStream stream;
  private boolean pending;
  private boolean over;

  /** A place among the upstream's requests was taken before; it is given back here. */
  HostCall(Upstream upstream, Host host) {
    this.upstream = upstream;
    this.host = host;
  }

  /** There is a stream, with the request's head on it. */
  abstract void onOpen(UpstreamStream opened);

  /** There will be none; it has ended. */
  abstract void onUnopened(RetryState.Trouble trouble, Failure failure);

  /** It ends: all places are given back. */
  abstract void onEnd(AttemptResult result, int status, String detail);

  /** Asks for a stream; what becomes of it may be told before this returns. */
  final void open(HostPool pool, RequestHead head, boolean end) {
    host.begin();
    HostPool.Pending opened = pool.open(head, end, this);
    if (stream != null || over) {
      return;
    }
    if (upstream.shared().tryPending()) {
      pending = true;
      queued = opened;
    } else {
      opened.cancel();
      end(AttemptResult.OVERFLOW, 0, "too many pending requests");
      onUnopened(RetryState.Trouble.OVERFLOW, Failure.OVERFLOW);
    }
  }

  final Upstream upstream() {
    return upstream;
  }

  final Host host() {
    return host;
  }

  /** What is made of how hosts behave. */
  final OutlierDetector outliers() {
    return upstream.shared().outliers();
  }

  /** The stream, once there is one and until this is over. */
  final @Nullable UpstreamStream stream() {
    return over ? null : stream;
  }

  /** Whether it has ended. */
  final boolean over() {
    return over;
  }

  /** Ends it; the host or the pool has done so already. It must not be over. */
  final void end(AttemptResult result, int status, String detail) {
    over = true;
    leaveQueue();
    host.end();
    upstream.shared().requestDone();
    onEnd(result, status, detail);
  }

  /**
   * Ends it here, and takes it out of the queue where it is in one. It must not be over.
   *
   * @param reset whether the stream, where there is one, is not at its end
   */
  final void leave(AttemptResult result, boolean reset) {
    UpstreamStream open = stream;
    HostPool.Pending unopened = queued;
    end(result, 0, "");
    if (open != null) {
      if (reset) {
        open.reset();
      }
    } else if (unopened != null) {
      unopened.cancel();
    }
  }

  private void leaveQueue() {
    queued = null;
    if (pending) {
      pending = false;
      upstream.shared().pendingDone();
    }
  }

  /** Lets a piece of the response go that nobody wants. */
  final void drop(ByteBuf data) {
    int size = data.readableBytes();
    data.release();
    if (stream != null && size > 0) {
      stream.consumed(size);
    }
  }

  @Override
  public final void onStarted(UpstreamStream started) {
    if (over) {
      started.reset();
      return;
    }
    stream = started;
    leaveQueue();
    onOpen(started);
  }

  @Override
  public final void onConnectFailure(UpstreamStream.ConnectFailure failure) {
    if (over) {
      return;
    }
    ConnectTrouble trouble = ConnectTrouble.of(failure);
    if (trouble.hostsFault()) {
      outliers().onLocalFailure(host.record(), trouble.status());
    }
    if (trouble.tlsReason() != null) {
      upstream.metrics().tlsFailure(trouble.tlsReason());
    }
    end(trouble.result(), 0, failure.detail());
    onUnopened(trouble.trouble(), trouble.failure());
  }
}
