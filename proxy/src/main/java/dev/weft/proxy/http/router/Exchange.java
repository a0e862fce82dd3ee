package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.filter.HttpFilter.Verdict;
import dev.weft.proxy.http.route.RouteIndex;
import dev.weft.proxy.telemetry.AttemptRecord;
import dev.weft.proxy.telemetry.AttemptResult;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.telemetry.UpstreamMetrics;
import dev.weft.proxy.telemetry.UpstreamMetrics.RetryResult;
import dev.weft.proxy.upstream.Attempted;
import dev.weft.proxy.upstream.Host;
import dev.weft.proxy.upstream.Upstream;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One request from its head to the end of its response; {@link Phase} says where it is. Bodies are
 * streamed both ways: bytes are given back to the sender's flow control when the other side has
 * taken them, so that a slow reader slows its writer down and nothing piles up here.
 */
@LoopConfined
final class Exchange implements DownstreamStream.Events, Deadlines.Expiry {
  private final RouterWorker worker;
  private final DownstreamStream down;
  private final RequestHead head;
  private final RequestRecord record;
  private final Deadlines deadlines;
  private final boolean grpc;
  private final FilterRun filters;
  private final long idleNanos;
  private Phase phase = Phase.FILTERING;
  private boolean requestComplete;
  private long lastActivity;
  private @Nullable RequestBody body;
  private @Nullable Route route;
  private Route.Action.@Nullable Forward forward;
  private @Nullable Upstream upstream;
  private @Nullable RetryState retry;
  private @Nullable Attempted attempted;
  private @Nullable Attempt attempt;
  private boolean everSent;

  /** Response bytes that the downstream has not taken yet, owed to the upstream's flow control. */
  private int owedUpstream;

  Exchange(RouterWorker worker, DownstreamStream down, RequestHead head, boolean end) {
    this.worker = worker;
    this.down = down;
    this.head = head;
    this.requestComplete = end;
    this.grpc = LocalReply.isGrpc(head.headers());
    this.deadlines = new Deadlines(worker.loop(), worker.nanoTime(), this);
    this.lastActivity = worker.nanoTime().getAsLong();
    this.idleNanos = down.connection().config().streamIdleTimeout().toNanos();
    this.record = RequestRecords.begin(down.connection(), head, worker.millis(), lastActivity);
    this.filters = new FilterRun(worker.filters(), this, down.connection());
  }

  /** Begins: the head is there. */
  void start() {
    record.requestId(RequestHeaders.complete(head, down.connection(), worker));
    if (idleNanos > 0) {
      deadlines.set(Deadlines.Kind.IDLE, idleNanos);
    }
    if (!requestComplete) {
      body = new RequestBody(worker.replayBytes(), true);
    }
    if (head.method().equals("CONNECT") || head.method().equals("TRACE")) {
      fail(Failure.UNSUPPORTED);
    } else {
      filter();
    }
  }

  /** Runs the filters that are left, then routes. */
  private void filter() {
    switch (filters.request(head, requestComplete)) {
      case Verdict.Pass pass -> route();
      case Verdict.Hold hold -> phase = phase.to(Phase.HELD);
      case Verdict.Reply reply -> reply(LocalReply.of(reply.status(), reply.body(), grpc), null);
    }
  }

  /** A filter that held the request lets it go on. */
  void resume() {
    if (phase == Phase.HELD) {
      phase = phase.to(Phase.FILTERING);
      filter();
    }
  }

  /** A filter that held the request answers it. */
  void replyFromFilter(Verdict.Reply reply) {
    if (phase == Phase.HELD) {
      reply(LocalReply.of(reply.status(), reply.body(), grpc), null);
    }
  }

  private void route() {
    RouteIndex index = worker.routes(down.connection().config());
    Route found = index == null ? null : index.find(head);
    if (found == null) {
      fail(Failure.NO_ROUTE);
      return;
    }
    route = found;
    switch (found.action()) {
      case Route.Action.Direct(int status, String text) -> {
        record.routed(found.name(), "");
        reply(LocalReply.of(status, text, grpc), null);
      }
      case Route.Action.Forward action -> forward(found, action);
    }
  }

  private void forward(Route found, Route.Action.Forward action) {
    record.routed(found.name(), action.upstream());
    Upstream target = worker.upstreams().get(action.upstream());
    if (target == null) {
      fail(Failure.NO_UPSTREAM);
      return;
    }
    forward = action;
    upstream = target;
    RequestHeaders.rewrite(head.headers(), found);
    if (action.retry() != null) {
      retry = new RetryState(action.retry(), target.shared(), worker.random());
      attempted = new Attempted(action.retry());
    } else if (body != null) {
      body.stopKeeping();
    }
    if (requestComplete) {
      armRequestTimeout();
    }
    tryOnce(target, AttemptRecord.Why.BALANCED);
  }

  private void armRequestTimeout() {
    if (forward != null && !forward.timeout().isZero()) {
      deadlines.set(Deadlines.Kind.REQUEST, forward.timeout().toNanos());
    }
  }

  private void tryOnce(Upstream target, AttemptRecord.Why why) {
    phase = phase.to(Phase.TRYING);
    Host host = target.pick(down.connection().serverName(), attempted);
    if (host == null) {
      if (why == AttemptRecord.Why.RETRY) {
        target.metrics().retry(RetryResult.NO_HOST);
      }
      fail(Failure.NO_HEALTHY_HOST);
      return;
    }
    if (!target.shared().tryRequest()) {
      fail(Failure.OVERFLOW);
      return;
    }
    if (attempted != null) {
      attempted.add(host);
    }
    if (why == AttemptRecord.Why.RETRY) {
      target.metrics().retry(RetryResult.SENT);
    }
    AttemptRecord attemptRecord = RequestRecords.attempt(host, why, worker.nanoTime().getAsLong());
    record.attempt(attemptRecord);
    Attempt next = new Attempt(this, target, host, attemptRecord, worker.nanoTime(), grpc);
    attempt = next;
    boolean end = body == null || body.empty();
    if (end && body != null) {
      body.endSentWithHead();
    }
    // Each attempt has a list of its own: a codec may write its hop's fields into it.
    next.open(retry == null ? head : withOwnHeaders(), end);
  }

  private RequestHead withOwnHeaders() {
    return new RequestHead(
        head.method(), head.scheme(), head.authority(), head.path(), head.headers().copy());
  }

  // ---- what comes from downstream

  @Override
  public void onData(ByteBuf data, boolean end) {
    touch();
    int size = data.readableBytes();
    record.bytesIn(size);
    RequestBody current = body;
    if (phase == Phase.DONE || current == null) {
      data.release();
      down.consumed(size);
      return;
    }
    current.add(data);
    requestComplete(end, null);
  }

  @Override
  public void onTrailers(HeaderList trailers) {
    touch();
    if (phase != Phase.DONE) {
      requestComplete(true, trailers);
    }
  }

  private void requestComplete(boolean end, @Nullable HeaderList trailers) {
    if (end && body != null) {
      requestComplete = true;
      body.complete(trailers);
      if (phase != Phase.RESPONDING) {
        armRequestTimeout();
      }
    }
    UpstreamStream stream = attempt == null ? null : attempt.stream();
    if (stream != null) {
      if (end && phase == Phase.TRYING) {
        armPerTryTimeout();
      }
      pump(stream);
    }
  }

  private void pump(UpstreamStream stream) {
    if (body != null) {
      int taken = body.pump(stream);
      if (taken > 0 && phase != Phase.DONE) {
        down.consumed(taken);
      }
    }
  }

  @Override
  public void onReset(ResetReason reason) {
    if (phase != Phase.DONE) {
      record.failure(Failure.DOWNSTREAM_DISCONNECTED);
      done();
    }
  }

  @Override
  public void onWritable() {
    touch();
    UpstreamStream stream = attempt == null ? null : attempt.stream();
    if (stream != null && owedUpstream > 0) {
      int owed = owedUpstream;
      owedUpstream = 0;
      stream.consumed(owed);
    }
  }

  // ---- what comes from the current attempt

  void onAttemptStarted(UpstreamStream stream) {
    everSent = true;
    if (requestComplete) {
      armPerTryTimeout();
    }
    pump(stream);
  }

  private void armPerTryTimeout() {
    if (forward != null && forward.retry() != null && !forward.retry().perTryTimeout().isZero()) {
      deadlines.set(Deadlines.Kind.PER_TRY, forward.retry().perTryTimeout().toNanos());
    }
  }

  void onAttemptWritable() {
    touch();
    UpstreamStream stream = attempt == null ? null : attempt.stream();
    if (stream != null) {
      pump(stream);
    }
  }

  void onInformational(ResponseHead informational) {
    // 100 is between this proxy and each side; the codec downstream has given its own.
    if (phase == Phase.TRYING && informational.status() != 100) {
      down.inform(informational);
    }
  }

  void onAttemptResponse(ResponseHead response, boolean end) {
    touch();
    if (retry != null && tryAgain(retry.asksFor(response))) {
      return;
    }
    if (retry != null && body != null) {
      body.stopKeeping();
    }
    deadlines.clear(Deadlines.Kind.PER_TRY);
    phase = phase.to(Phase.RESPONDING);
    if (route != null) {
      ResponseHeaders.rewrite(response.headers(), route);
    }
    filters.response(response);
    record.status(response.status());
    down.respond(response, end);
    if (end) {
      done();
    }
  }

  void onAttemptData(ByteBuf data, boolean end) {
    touch();
    int size = data.readableBytes();
    record.bytesOut(size);
    owedUpstream += size;
    down.data(data, end);
    if (end) {
      done();
    } else if (down.writable()) {
      onWritable();
    }
  }

  void onAttemptTrailers(HeaderList trailers) {
    down.trailers(trailers);
    done();
  }

  /** Whether the current attempt was given the whole request. */
  boolean requestSent() {
    return body == null || body.endSent();
  }

  /** The attempt failed before its response's head. */
  void onAttemptFailed(RetryState.Trouble trouble, Failure failure) {
    touch();
    everSent |= trouble == RetryState.Trouble.RESET_SENT;
    if (retry == null || !tryAgain(retry.asksFor(trouble))) {
      fail(failure);
    }
  }

  /** The attempt broke off within its response. */
  void onAttemptBroken(ResetReason reason) {
    record.failure(Resets.failure(reason, true));
    down.reset(reason);
    done();
  }

  /** Whether a retry was scheduled. */
  private boolean tryAgain(boolean asked) {
    RetryState state = retry;
    Upstream target = upstream;
    if (state == null || target == null || phase != Phase.TRYING) {
      return false;
    }
    boolean possible = body == null || body.canReplay();
    return switch (state.decide(asked && possible)) {
      case NO -> false;
      case EXHAUSTED -> {
        record.retriesExhausted();
        yield false;
      }
      case NO_BUDGET -> {
        record.retryOverflow();
        target.metrics().retry(RetryResult.BUDGET);
        yield false;
      }
      case YES -> {
        backOff(state);
        yield true;
      }
    };
  }

  private void backOff(RetryState state) {
    dropAttempt(AttemptResult.CANCELLED);
    if (body != null) {
      body.rewind();
    }
    deadlines.clear(Deadlines.Kind.PER_TRY);
    phase = phase.to(Phase.BACKING_OFF);
    deadlines.set(Deadlines.Kind.BACK_OFF, state.backOffNanos());
  }

  private void dropAttempt(AttemptResult result) {
    Attempt current = attempt;
    attempt = null;
    owedUpstream = 0;
    if (current != null) {
      current.cancel(result);
    }
  }

  // ---- time

  private void touch() {
    lastActivity = worker.nanoTime().getAsLong();
  }

  @Override
  public void onExpired(Deadlines.Kind kind) {
    if (phase == Phase.DONE) {
      return;
    }
    switch (kind) {
      case REQUEST -> {
        if (attempt != null && phase == Phase.TRYING) {
          attempt.timeOut();
        }
        fail(Failure.REQUEST_TIMEOUT);
      }
      case PER_TRY -> onPerTryTimeout();
      case IDLE -> onIdle();
      case BACK_OFF -> {
        Upstream target = upstream;
        if (phase == Phase.BACKING_OFF && target != null) {
          tryOnce(target, AttemptRecord.Why.RETRY);
        }
      }
    }
  }

  private void onPerTryTimeout() {
    Attempt current = attempt;
    if (phase == Phase.TRYING && current != null) {
      current.timeOut();
      onAttemptFailed(RetryState.Trouble.RESET_SENT, Failure.PER_TRY_TIMEOUT);
    }
  }

  private void onIdle() {
    long left = idleNanos - (worker.nanoTime().getAsLong() - lastActivity);
    if (left > 0) {
      deadlines.set(Deadlines.Kind.IDLE, left);
    } else {
      fail(Failure.STREAM_IDLE_TIMEOUT);
    }
  }

  // ---- ends

  /** Ends the request with the failure's answer, or by a reset where a head went out already. */
  private void fail(Failure failure) {
    if (phase == Phase.DONE) {
      return;
    }
    record.failure(failure);
    if (phase == Phase.RESPONDING) {
      down.reset(ResetReason.CANCELLED);
      done();
      return;
    }
    // 408 blames the caller: only where the caller still owes a part of its request (Envoy too).
    int status =
        failure == Failure.STREAM_IDLE_TIMEOUT && requestComplete
            ? Failure.REQUEST_TIMEOUT.status()
            : failure.status();
    reply(LocalReply.of(failure, status, grpc), failure);
  }

  private void reply(LocalReply reply, @Nullable Failure failure) {
    dropAttempt(AttemptResult.CANCELLED);
    phase = phase.to(Phase.RESPONDING);
    reply.map(down.connection().config().localReplies(), failure, everSent);
    if (failure == null && route != null) {
      ResponseHeaders.rewrite(reply.head().headers(), route);
    }
    filters.response(reply.head());
    record.status(reply.head().status());
    boolean bodiless = reply.body().isEmpty() || head.method().equals("HEAD");
    down.respond(reply.head(), bodiless);
    if (!bodiless) {
      ByteBuf text = Unpooled.copiedBuffer(reply.body(), StandardCharsets.UTF_8);
      record.bytesOut(text.readableBytes());
      down.data(text, true);
    }
    done();
  }

  private void done() {
    if (phase == Phase.DONE) {
      return;
    }
    phase = phase.to(Phase.DONE);
    deadlines.close();
    Attempt current = attempt;
    if (current != null && !current.complete()) {
      dropAttempt(AttemptResult.CANCELLED);
    }
    if (retry != null) {
      retry.release();
    }
    if (body != null) {
      int unsent = body.close();
      if (unsent > 0) {
        down.consumed(unsent);
      }
    }
    filters.end();
    record.end(worker.nanoTime().getAsLong());
    UpstreamMetrics metrics = upstream == null ? worker.metrics().none() : upstream.metrics();
    metrics.request(
        record.listener(), record.status(), record.primaryFailure(), record.durationNanos());
    worker.decisions().accept(record);
  }
}
