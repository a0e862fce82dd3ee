package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.filter.UpstreamCalls;
import dev.weft.proxy.telemetry.AttemptResult;
import dev.weft.proxy.upstream.Host;
import dev.weft.proxy.upstream.Upstream;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One request of a filter at one host; its answer is collected up to a bound. */
@LoopConfined
final class UpstreamRequest extends HostCall {
  private static final int PIECE = 16 * 1024;

  private final UpstreamCalls.Call call;
  private final UpstreamCalls.Answer answer;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(256);
  private @Nullable ResponseHead head;
  private @Nullable Future<?> deadline;
  private int sent;

  UpstreamRequest(
      Upstream upstream, Host host, UpstreamCalls.Call call, UpstreamCalls.Answer answer) {
    super(upstream, host);
    this.call = call;
    this.answer = answer;
  }

  void start(RequestHead request, EventLoop loop) {
    deadline = loop.schedule(this::expire, call.timeout().toNanos(), TimeUnit.NANOSECONDS);
    open(host().pool(), request, !call.body().hasRemaining());
  }

  /** Gives it up; nobody is told. */
  void cancel() {
    if (!over()) {
      leave(AttemptResult.CANCELLED, true);
    }
  }

  private void expire() {
    if (!over()) {
      outliers().onLocalFailure(host().record(), 504);
      giveUp(AttemptResult.TIMEOUT, "no answer in time");
    }
  }

  private void giveUp(AttemptResult result, String why) {
    leave(result, true);
    answer.failed(why);
  }

  private boolean endSent() {
    return sent == call.body().remaining();
  }

  private void pump() {
    UpstreamStream to = stream();
    while (to != null && !endSent() && to.writable()) {
      int size = Math.min(PIECE, call.body().remaining() - sent);
      ByteBuf piece = Unpooled.wrappedBuffer(call.body().slice(sent, size));
      sent += size;
      to.data(piece, endSent());
      to = stream();
    }
  }

  @Override
  void onOpen(UpstreamStream opened) {
    pump();
  }

  @Override
  void onUnopened(RetryState.Trouble trouble, Failure failure) {
    answer.failed(failure.label());
  }

  @Override
  void onEnd(AttemptResult result, int status, String detail) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    upstream().metrics().attempt(result);
  }

  @Override
  public void onInformational(ResponseHead informational) {}

  @Override
  public void onResponse(ResponseHead response, boolean end) {
    if (over()) {
      return;
    }
    outliers().onStatus(host().record(), response.status());
    head = response;
    if (end) {
      complete(new HeaderList(4));
    }
  }

  @Override
  public void onData(ByteBuf data, boolean end) {
    if (!over()) {
      int size = data.readableBytes();
      if (body.size() + size > call.mostBytes()) {
        data.release();
        giveUp(
            AttemptResult.ANSWERED,
            String.format(Locale.ROOT, "an answer of more than %d bytes", call.mostBytes()));
        return;
      }
      byte[] piece = new byte[size];
      data.getBytes(data.readerIndex(), piece);
      body.writeBytes(piece);
    }
    drop(data);
    if (end) {
      complete(new HeaderList(4));
    }
  }

  @Override
  public void onTrailers(HeaderList trailers) {
    complete(trailers);
  }

  private void complete(HeaderList trailers) {
    ResponseHead answered = head;
    if (over() || answered == null) {
      return;
    }
    // Answered to the end: what was not sent of the request is not wanted.
    leave(AttemptResult.ANSWERED, !endSent());
    answer.answered(
        new UpstreamCalls.Response(
            answered.status(),
            answered.headers(),
            ByteBuffer.wrap(body.toByteArray()).asReadOnlyBuffer(),
            trailers));
  }

  @Override
  public void onReset(ResetReason reason, boolean requestSent) {
    if (!over()) {
      if (requestSent) {
        outliers().onLocalFailure(host().record(), 503);
      }
      end(AttemptResult.RESET, 0, "");
      answer.failed("the connection or the stream ended");
    }
  }

  @Override
  public void onWritable() {
    pump();
  }
}
