package dev.weft.proxy.upstream.health;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.upstream.pool.HostPool;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** One request of a health check; its body is read and thrown away. */
@LoopConfined
final class Probe implements UpstreamStream.Events {
  private final HostCheck owner;
  private HostPool.@Nullable Pending waiting;
  private @Nullable UpstreamStream stream;
  private int status;
  private boolean over;

  Probe(HostCheck owner) {
    this.owner = owner;
  }

  void open(HostPool pool, RequestHead head) {
    HostPool.Pending opened = pool.open(head, true, this);
    if (!over) {
      waiting = opened;
    }
  }

  /** No answer in time. */
  void timeOut() {
    if (!over) {
      cancel();
      owner.onResult(false, false);
    }
  }

  /** Gives it up without a result. */
  void cancel() {
    over = true;
    if (stream != null) {
      stream.reset();
    } else if (waiting != null) {
      waiting.cancel();
    }
  }

  private void end(boolean ok, boolean certain) {
    if (!over) {
      over = true;
      owner.onResult(ok, certain);
    }
  }

  @Override
  public void onStarted(UpstreamStream started) {
    stream = started;
    if (over) {
      started.reset();
    }
  }

  @Override
  public void onConnectFailure(UpstreamStream.ConnectFailure failure) {
    end(false, false);
  }

  @Override
  public void onInformational(ResponseHead head) {}

  @Override
  public void onResponse(ResponseHead head, boolean end) {
    status = head.status();
    if (end) {
      complete();
    }
  }

  @Override
  public void onData(ByteBuf data, boolean end) {
    int size = data.readableBytes();
    data.release();
    if (stream != null && size > 0) {
      stream.consumed(size);
    }
    if (end) {
      complete();
    }
  }

  @Override
  public void onTrailers(HeaderList trailers) {
    complete();
  }

  private void complete() {
    end(status == 200, status != 200);
  }

  @Override
  public void onReset(ResetReason reason, boolean requestSent) {
    end(false, false);
  }

  @Override
  public void onWritable() {}
}
