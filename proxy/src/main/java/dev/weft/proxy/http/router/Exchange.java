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
import dev.weft.proxy.telemetry.AttemptRecord;
import dev.weft.proxy.telemetry.AttemptResult;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.telemetry.UpstreamMetrics.RetryResult;
import dev.weft.proxy.upstream.Host;
import dev.weft.proxy.upstream.Upstream;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * One request from its head to the end of its response; {@link Phase} says where it is. Bodies are
 * streamed both ways: bytes are given back to the sender's flow control when the other side has
 * taken them, so that a slow reader slows its writer down and nothing piles up here.
 */
@LoopConfined
final class Exchange implements DownstreamStream.Events, Timeouts.Owner {
  private final RouterWorker worker;
  private final DownstreamStream down;
  private RequestHead head;
  private final RequestRecord record;
  private final Timeouts timeouts;
  private final boolean grpc;
  private final FilterRun filters;
  private Phase phase = Phase.FILTERING;
  private final RequestSide request;
  private final ResponseSide response;
  private @Nullable Route route;
  private @Nullable Forwarding forwarding;
  private @Nullable Attempt attempt;

  /** Whether an attempt that is over may have been executed. */
  private boolean reached;

  Exchange(RouterWorker worker, DownstreamStream down, RequestHead head, boolean end) {
    this.worker = worker;
    this.down = down;
    this.head = head;
    this.grpc = head.isGrpc();
    this.timeouts = Timeouts.of(worker, down, this);
    this.record = RequestRecords.begin(down.connection(), head, worker);
    this.request = new RequestSide(down, record, end, worker.replayBytes());
    this.filters = new FilterRun(worker.filters(), this, request, down.connection(), head, record);
    this.response = new ResponseSide(worker, this, down, head, record, filters, timeouts);
  }

  /** Begins: the head is there. */
  void start() {
    record.requestId(RequestHeaders.complete(head, down.connection(), record, worker));
    if (head.method().equals("TRACE")) {
      fail(Failure.UNSUPPORTED);
    } else {
      route = worker.route(down.connection().config(), head);
      RequestTrace.begin(route, head, down.connection(), record, worker.random());
      response.begin(route);
      timeouts.begin(route, down.connection().config().protocols(), head, grpc);
      filters.add(down.connection().config().filters(), route, worker);
      filter();
    }
  }

  /** Runs the filters that are left, then routes. */
  private void filter() {
    switch (filters.request(request.headOnly())) {
      case Verdict.Pass pass -> route();
      case Verdict.Hold hold -> {
        phase = phase.to(Phase.HELD);
        request.show(filters);
      }
      case Verdict.Reply reply -> reply(LocalReply.of(reply, grpc), reply.failure());
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
      reply(LocalReply.of(reply, grpc), reply.failure());
    }
  }

  private void route() {
    head = filters.head();
    if (filters.routeCleared()) {
      route = worker.route(down.connection().config(), head);
      response.routed(route);
    }
    Route found = route;
    if (found == null) {
      fail(Failure.NO_ROUTE);
      return;
    }
    if (found.action() instanceof Route.Action.Forward action) {
      forward(found, Forwarding.of(action, head, worker.random()));
    } else if (!Upgrades.permitted(head, down.connection().config().protocols())) {
      fail(Failure.UPGRADE_REFUSED);
    } else {
      reply(RouteReply.of(found, head, grpc), null);
    }
  }

  private void forward(Route found, Forwarding to) {
    record.routed(found.name(), to.upstreamName());
    response.forwarded(to, found);
    Upstream target = worker.upstreams().get(to.upstreamName());
    if (target == null) {
      fail(Failure.NO_UPSTREAM);
      return;
    }
    RequestHead permitted =
        Upgrades.permitted(head, to.action(), down.connection().config().protocols());
    if (permitted == null) {
      fail(Failure.UPGRADE_REFUSED);
      return;
    }
    head = permitted;
    forwarding = to.begin(target, worker.random());
    timeouts.routed(to.action(), head.headers(), grpc);
    request.routed(to.action());
    head = response.sending(to.prepare(found, scene(), worker.random()));
    request.mirrorTo(Mirrors.of(to.action(), head, request.headOnly(), worker));
    if (request.complete()) {
      timeouts.requestComplete();
    }
    tryOnce(to, target, AttemptRecord.Why.BALANCED);
  }

  private ValueScene scene() {
    return new ValueScene(head, down.connection(), record);
  }

  private void tryOnce(Forwarding to, Upstream target, AttemptRecord.Why why) {
    phase = phase.to(Phase.TRYING);
    Host host = to.pick(down.connection().serverName());
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
    if (why == AttemptRecord.Why.RETRY) {
      target.metrics().retry(RetryResult.SENT);
    }
    AttemptRecord attemptRecord = RequestRecords.attempt(host, why, worker.nanoTime().getAsLong());
    record.attempt(attemptRecord);
    Attempt next = new Attempt(this, target, host, attemptRecord, worker.nanoTime(), grpc);
    attempt = next;
    // Each attempt has a list of its own: a codec may write its hop's fields into it.
    RequestHead sent = to.retry() == null ? head : RequestHeaders.copy(head);
    to.attempt(host, sent.headers(), record);
    timeouts.tell(sent.headers());
    next.open(sent, request.endsWithHead(), down.connection().protocol().equals("HTTP/2"));
  }

  @Override
  public void onData(ByteBuf data, boolean end) {
    timeouts.touch();
    ByteBuf piece = data.isReadable() ? data : Unpooled.EMPTY_BUFFER;
    request.data(data, end, stream());
    onRequestPiece(piece, end);
  }

  @Override
  public void onTrailers(HeaderList trailers) {
    timeouts.touch();
    request.trailers(trailers, stream());
    onRequestPiece(Unpooled.EMPTY_BUFFER, true);
  }

  private void onRequestPiece(ByteBuf piece, boolean end) {
    if (end && phase != Phase.RESPONDING && phase != Phase.DONE) {
      timeouts.requestComplete();
      if (stream() != null) {
        timeouts.tryComplete();
      }
    }
    if (phase == Phase.HELD) {
      filters.held(piece, end);
    }
  }

  @Nullable UpstreamStream stream() {
    return attempt == null ? null : attempt.stream();
  }

  @Override
  public void onReset(ResetReason reason) {
    if (phase != Phase.DONE) {
      worker.callerGone(record, reason);
      done();
    }
  }

  @Override
  public void onWritable() {
    timeouts.touch();
    response.credit(stream());
  }

  void onAttemptStarted(UpstreamStream stream) {
    if (request.complete()) {
      timeouts.tryComplete();
    }
    request.pump(stream);
  }

  void onAttemptWritable() {
    timeouts.touch();
    request.pump(stream());
  }

  void onInformational(ResponseHead informational) {
    // Where they do not pass, the codec downstream has given its own 100.
    if (phase == Phase.TRYING && down.connection().config().protocols().proxyContinue()) {
      down.inform(informational);
    }
  }

  void onAttemptResponse(ResponseHead answer, boolean end) {
    timeouts.touch();
    RetryState retry = retry();
    if (retry != null && tryAgain(retry, retry.asksFor(answer))) {
      reached = true;
      return;
    }
    request.stopKeeping();
    timeouts.tryOver();
    phase = phase.to(Phase.RESPONDING);
    response.head(answer, end);
  }

  void onAttemptData(ByteBuf data, boolean end) {
    timeouts.touch();
    response.data(data, end);
  }

  void onAttemptTrailers(HeaderList trailers) {
    response.trailers(trailers);
  }

  /** The answer is complete here, but a rate limit still holds back some of it. */
  void onAnswered() {
    timeouts.answered();
    request.close();
  }

  /** Whether the current attempt was given the whole request. */
  boolean requestSent() {
    return request.sent();
  }

  /** The attempt failed before its response's head. */
  void onAttemptFailed(RetryState.Trouble trouble, Failure failure) {
    timeouts.touch();
    reached |= trouble == RetryState.Trouble.RESET_SENT;
    RetryState retry = retry();
    if (retry == null || !tryAgain(retry, retry.asksFor(trouble))) {
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
  private boolean tryAgain(RetryState state, boolean asked) {
    Upstream target = upstream();
    if (target == null
        || phase != Phase.TRYING
        || !state.granted(asked && request.canReplay(), record, target.metrics())) {
      return false;
    }
    dropAttempt(AttemptResult.CANCELLED);
    request.rewind();
    phase = phase.to(Phase.BACKING_OFF);
    timeouts.backOff(state.backOffNanos());
    return true;
  }

  private @Nullable RetryState retry() {
    return forwarding == null ? null : forwarding.retry();
  }

  private @Nullable Upstream upstream() {
    return forwarding == null ? null : forwarding.upstream();
  }

  private void dropAttempt(AttemptResult result) {
    Attempt current = attempt;
    attempt = null;
    response.forget();
    if (current != null) {
      current.cancel(result);
    }
  }

  @Override
  public void onRequestTimeout() {
    if (attempt != null && phase == Phase.TRYING) {
      attempt.timeOut();
    }
    fail(Failure.REQUEST_TIMEOUT);
  }

  @Override
  public void onPerTryTimeout() {
    Attempt current = attempt;
    if (phase == Phase.TRYING && current != null) {
      current.timeOut();
      onAttemptFailed(RetryState.Trouble.RESET_SENT, Failure.PER_TRY_TIMEOUT);
    }
  }

  @Override
  public void onTimeout(Failure which) {
    fail(which);
  }

  @Override
  public void onBackOffOver() {
    Upstream target = upstream();
    if (phase == Phase.BACKING_OFF && forwarding != null && target != null) {
      tryOnce(forwarding, target, AttemptRecord.Why.RETRY);
    }
  }

  /** Ends the request with the failure's answer, or by a reset where a head went out already. */
  void fail(Failure failure) {
    if (phase == Phase.DONE) {
      return;
    }
    if (phase == Phase.RESPONDING) {
      record.failure(failure);
      down.reset(ResetReason.CANCELLED);
      done();
      return;
    }
    reply(LocalReply.of(failure, request.complete(), grpc), failure);
  }

  private void reply(LocalReply reply, @Nullable Failure failure) {
    if (failure != null) {
      record.failure(failure);
    }
    dropAttempt(AttemptResult.CANCELLED);
    phase = phase.to(Phase.RESPONDING);
    // The route's changes come first: a mapper may add what they remove from upstreams' answers.
    response.rewrite(reply.head());
    reply.map(down.connection().config().localReplies(), failure, reached, this::scene);
    response.local(reply);
  }

  /** The response has ended, whatever its end. */
  void done() {
    if (phase == Phase.DONE) {
      return;
    }
    phase = phase.to(Phase.DONE);
    timeouts.close();
    if (attempt != null && !attempt.complete()) {
      dropAttempt(AttemptResult.CANCELLED);
    }
    if (forwarding != null) {
      forwarding.release();
    }
    request.close();
    response.close();
    filters.end();
    worker.ended(record, upstream());
    response.log();
  }
}
