package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.HeaderChanges;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way back to the caller: headers as the route asks, filters, and flow control. What the caller
 * has not taken, and what a rate limit holds back, is not given back to the upstream's flow
 * control, so that it stops sending. With the last of the answer the exchange is done.
 */
@LoopConfined
final class ResponseSide implements Throttle.Sink {
  private final RouterWorker worker;
  private final Exchange exchange;
  private final DownstreamStream down;
  private final RequestHead request;
  private final RequestRecord record;
  private final FilterRun filters;
  private final Timeouts timeouts;
  private final RequestLines lines;
  private List<HeaderChanges> changes = List.of();
  private @Nullable Forwarding forwarding;
  private @Nullable HeaderList ended;
  private @Nullable Throttle throttle;
  private int owed;

  ResponseSide(
      RouterWorker worker,
      Exchange exchange,
      DownstreamStream down,
      RequestHead request,
      RequestRecord record,
      FilterRun filters,
      Timeouts timeouts) {
    this.worker = worker;
    this.exchange = exchange;
    this.timeouts = timeouts;
    this.down = down;
    this.request = request;
    this.record = record;
    this.filters = filters;
    this.lines = new RequestLines(worker, down.connection(), record, request);
  }

  /** The route is known, and no filter has seen the request. */
  void begin(@Nullable Route route) {
    if (route != null) {
      changes = route.responseHeaders();
      record.routed(route.name(), "");
    }
    lines.begin();
  }

  /** Another route was found behind the filters. */
  void routed(@Nullable Route route) {
    changes = route == null ? List.of() : route.responseHeaders();
  }

  /** The request goes to an upstream. */
  void forwarded(Forwarding to, Route route) {
    changes = to.responseHeaders(route);
    forwarding = to;
  }

  /** The request as it goes on. */
  RequestHead sending(RequestHead rewritten) {
    return lines.sending(rewritten);
  }

  /** The answer of an upstream. */
  void head(ResponseHead head, boolean end) {
    rewrite(head);
    send(head, end);
  }

  /** Writes what the route says into the head of an answer. */
  void rewrite(ResponseHead head) {
    if (!changes.isEmpty()) {
      ValueScene scene = new ValueScene(request, down.connection(), record);
      HeaderWriting.apply(changes, head.headers(), scene, head.headers());
    }
  }

  private void send(ResponseHead head, boolean end) {
    if (forwarding != null) {
      forwarding.responding(head.headers());
    }
    filters.response(head);
    RequestTrace.responding(head.headers(), down.connection(), record);
    if (down.connection().config().observability().answerIds() && !record.requestId().isEmpty()) {
      head.headers().set("x-request-id", record.requestId());
    }
    record.status(head.status());
    lines.responding(head);
    down.respond(head, end);
    if (end) {
      exchange.done();
      return;
    }
    long rate = filters.responseRate();
    if (rate > 0) {
      throttle = new Throttle(worker.loop(), worker.nanoTime(), record.startNanos(), rate, this);
    }
  }

  /** An answer made here, whose head is written. */
  void local(LocalReply reply) {
    boolean bodiless = reply.body().isEmpty() || request.method().equals("HEAD");
    send(reply.head(), bodiless);
    if (!bodiless) {
      data(Unpooled.copiedBuffer(reply.body(), StandardCharsets.UTF_8), true);
    }
  }

  /** A piece of the body. */
  void data(ByteBuf data, boolean end) {
    if (throttle == null) {
      pass(data, end);
      return;
    }
    if (end) {
      exchange.onAnswered();
    }
    throttle.data(data, end);
  }

  @Override
  public void pass(ByteBuf data, boolean end) {
    int size = data.readableBytes();
    record.bytesOut(size);
    owed += size;
    if (throttle != null) {
      timeouts.touch();
    }
    down.data(data, end);
    if (end) {
      exchange.done();
    } else if (down.writable()) {
      credit(exchange.stream());
    }
  }

  void trailers(HeaderList trailers) {
    if (throttle == null) {
      pass(trailers);
    } else {
      exchange.onAnswered();
      throttle.trailers(trailers);
    }
  }

  @Override
  public void pass(HeaderList trailers) {
    ended = trailers;
    down.trailers(trailers);
    exchange.done();
  }

  /** The request is over: what waits is dropped. */
  void close() {
    if (throttle != null) {
      throttle.close();
    }
  }

  /** The request is over and its record complete. */
  void log() {
    lines.end(ended);
  }

  /** The caller takes data: what it took is given back. */
  void credit(@Nullable UpstreamStream to) {
    if (to != null && owed > 0) {
      int bytes = owed;
      owed = 0;
      to.consumed(bytes);
    }
  }

  /** Another attempt owes nothing for this one. */
  void forget() {
    owed = 0;
  }
}
