package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.telemetry.AttemptRecord;
import dev.weft.proxy.telemetry.AttemptResult;
import dev.weft.proxy.upstream.Host;
import dev.weft.proxy.upstream.Upstream;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import java.util.function.LongSupplier;

/**
 * One attempt of a request at one host. It keeps the books (the host's health, its record) and
 * passes events on for as long as it is the exchange's current attempt: what comes after its end is
 * released here and never reaches the next attempt.
 */
@LoopConfined
final class Attempt extends HostCall {
  private final Exchange exchange;
  private final AttemptRecord record;
  private final LongSupplier nanoTime;
  private final boolean grpc;
  private boolean answered;
  private boolean responseEnded;
  private boolean judged;

  /** A place among the upstream's requests was taken before; it is given back here. */
  Attempt(
      Exchange exchange,
      Upstream upstream,
      Host host,
      AttemptRecord record,
      LongSupplier nanoTime,
      boolean grpc) {
    super(upstream, host);
    this.exchange = exchange;
    this.record = record;
    this.nanoTime = nanoTime;
    this.grpc = grpc;
  }

  /** Begins. */
  void open(RequestHead head, boolean end, boolean http2Caller) {
    open(host().pool().towards(http2Caller), head, end);
  }

  /** Whether the request may have been seen by the host. */
  boolean sent() {
    return record.sent();
  }

  /** Whether the response has come to its end; the attempt ends itself then. */
  boolean complete() {
    return responseEnded;
  }

  /** Gives it up; no event reaches the exchange any more. */
  void cancel(AttemptResult result) {
    if (!over()) {
      // A stream that has run its course leaves its connection fit for others.
      leave(result, !(responseEnded && exchange.requestSent()));
    }
  }

  /** The same because no answer came in time, which counts against the host. */
  void timeOut() {
    if (!over()) {
      outliers().onLocalFailure(host().record(), 504);
      cancel(AttemptResult.TIMEOUT);
    }
  }

  @Override
  void onEnd(AttemptResult result, int status, String detail) {
    note(result, status, detail);
  }

  /** The record of an attempt closes with the response's head; what follows is the request's. */
  private void note(AttemptResult result, int status, String detail) {
    if (record.end(result, status, detail, nanoTime.getAsLong())) {
      upstream().metrics().attempt(result);
    }
  }

  @Override
  void onOpen(UpstreamStream opened) {
    record.sent(true);
    exchange.onAttemptStarted(opened);
  }

  @Override
  void onUnopened(RetryState.Trouble trouble, Failure failure) {
    exchange.onAttemptFailed(trouble, failure);
  }

  @Override
  public void onInformational(ResponseHead head) {
    if (!over()) {
      exchange.onInformational(head);
    }
  }

  @Override
  public void onResponse(ResponseHead head, boolean end) {
    if (over()) {
      return;
    }
    answered = true;
    responseEnded = end;
    judge(head, end);
    note(AttemptResult.ANSWERED, head.status(), "");
    exchange.onAttemptResponse(head, end);
    if (end) {
      finish();
    }
  }

  /** What the answer says of the host; of a gRPC call that came with 200 the trailers decide. */
  private void judge(ResponseHead head, boolean end) {
    String status = grpc ? head.headers().get("grpc-status") : null;
    if (status != null) {
      judged = true;
      outliers().onStatus(host().record(), GrpcStatus.toHttp(status));
    } else if (!grpc || head.status() != 200 || end) {
      judged = true;
      outliers().onStatus(host().record(), head.status());
    }
  }

  @Override
  public void onData(ByteBuf data, boolean end) {
    if (over()) {
      drop(data);
      return;
    }
    responseEnded = end;
    if (end && !judged) {
      outliers().onStatus(host().record(), 200);
    }
    exchange.onAttemptData(data, end);
    if (end) {
      finish();
    }
  }

  @Override
  public void onTrailers(HeaderList trailers) {
    if (over()) {
      return;
    }
    responseEnded = true;
    if (!judged) {
      String status = trailers.get("grpc-status");
      outliers().onStatus(host().record(), status == null ? 200 : GrpcStatus.toHttp(status));
    }
    exchange.onAttemptTrailers(trailers);
    finish();
  }

  /** The response is complete. What the exchange has not sent of the request is not wanted. */
  private void finish() {
    if (!over()) {
      leave(AttemptResult.ANSWERED, !exchange.requestSent());
    }
  }

  @Override
  public void onReset(ResetReason reason, boolean requestSent) {
    if (over()) {
      return;
    }
    record.sent(requestSent);
    boolean refused = reason == ResetReason.REFUSED && !requestSent;
    if (!refused) {
      outliers().onLocalFailure(host().record(), 503);
    }
    end(requestSent ? AttemptResult.RESET : AttemptResult.REFUSED, 0, reason.name());
    if (answered) {
      exchange.onAttemptBroken(reason);
    } else {
      exchange.onAttemptFailed(
          Resets.trouble(reason, requestSent), Resets.failure(reason, requestSent));
    }
  }

  @Override
  public void onWritable() {
    if (!over() && !responseEnded) {
      exchange.onAttemptWritable();
    }
  }
}
