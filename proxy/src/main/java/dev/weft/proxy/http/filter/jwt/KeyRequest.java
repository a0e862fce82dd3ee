package dev.weft.proxy.http.filter.jwt;

import dev.weft.policy.jwt.Jwks;
import dev.weft.policy.jwt.JwksFetcher;
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
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One request for keys; its answer is read up to a bound. */
@LoopConfined
final class KeyRequest implements UpstreamStream.Events {
  private final Upstream upstream;
  private final Host host;
  private final JwksFetcher.Answer answer;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(2048);
  private HostPool.@Nullable Pending queued;
  private @Nullable UpstreamStream stream;
  private @Nullable Future<?> deadline;
  private boolean over;

  /**
   * @param upstream of which one request is taken already
   */
  KeyRequest(Upstream upstream, Host host, JwksFetcher.Answer answer) {
    this.upstream = upstream;
    this.host = host;
    this.answer = answer;
  }

  void open(RequestHead head, Duration timeout, EventLoop loop) {
    host.begin();
    deadline = loop.schedule(this::timeOut, timeout.toNanos(), TimeUnit.NANOSECONDS);
    HostPool.Pending opened = host.pool().open(head, true, this);
    if (!over) {
      queued = opened;
    }
  }

  private void timeOut() {
    fail("timeout", AttemptResult.TIMEOUT);
  }

  /** Gives it up without an answer. */
  void cancel() {
    giveUp(AttemptResult.CANCELLED);
  }

  private void fail(String why, AttemptResult result) {
    if (giveUp(result)) {
      answer.failed(why);
    }
  }

  private boolean giveUp(AttemptResult result) {
    if (!end(result)) {
      return false;
    }
    if (stream != null) {
      stream.reset();
    } else if (queued != null) {
      queued.cancel();
    }
    return true;
  }

  private boolean end(AttemptResult result) {
    if (over) {
      return false;
    }
    over = true;
    if (deadline != null) {
      deadline.cancel(false);
    }
    host.end();
    upstream.shared().requestDone();
    upstream.metrics().attempt(result);
    return true;
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
    if (end(AttemptResult.CONNECT_FAILURE)) {
      answer.failed("no connection");
    }
  }

  @Override
  public void onInformational(ResponseHead head) {}

  @Override
  public void onResponse(ResponseHead head, boolean end) {
    if (over) {
      return;
    }
    upstream.shared().outliers().onStatus(host.record(), head.status());
    if (head.status() != 200) {
      if (end) {
        end(AttemptResult.ANSWERED);
        answer.failed("status " + head.status());
      } else {
        fail("status " + head.status(), AttemptResult.ANSWERED);
      }
    } else if (end) {
      complete();
    }
  }

  @Override
  public void onData(ByteBuf data, boolean end) {
    int size = data.readableBytes();
    if (!over && body.size() + size <= Jwks.MOST_BYTES) {
      byte[] piece = new byte[size];
      data.readBytes(piece);
      body.writeBytes(piece);
    } else {
      fail("longer than " + Jwks.MOST_BYTES + " bytes", AttemptResult.ANSWERED);
    }
    data.release();
    if (!over && stream != null && size > 0) {
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
    if (end(AttemptResult.ANSWERED)) {
      answer.fetched(body.toByteArray());
    }
  }

  @Override
  public void onReset(ResetReason reason, boolean requestSent) {
    if (end(AttemptResult.RESET)) {
      upstream.shared().outliers().onLocalFailure(host.record(), 503);
      answer.failed("reset");
    }
  }

  @Override
  public void onWritable() {}
}
