package dev.weft.proxy.http.h1;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.ConnectionFacts;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.codec.FlushOnce;
import dev.weft.proxy.http.codec.H1BodyReader;
import dev.weft.proxy.http.codec.H1HeadReader;
import dev.weft.proxy.http.codec.H1Writer;
import dev.weft.proxy.http.codec.IdleTimer;
import dev.weft.proxy.http.codec.Scratch;
import dev.weft.proxy.http.codec.Unexpected;
import dev.weft.proxy.transport.Drainable;
import dev.weft.proxy.transport.LingeringClose;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection that a peer opened: reads requests one after the other, hands each to the
 * acceptor, and reads the next one when the last is answered. The last handler of its pipeline.
 */
@LoopConfined
public final class H1ServerConnection extends ChannelInboundHandlerAdapter implements Drainable {
  private enum Reading {
    HEAD,
    BODY,
    /** The request is complete; what follows on the wire waits for the response's end. */
    NOTHING,
    /** Only until the peer is gone. */
    DISCARD
  }

  /** What may wait unread while a response is made. */
  private static final int MAX_PIPELINED = 64 * 1024;

  /** How much of a request is read to the end after its response, to keep the connection. */
  private static final int MAX_UNREAD = 256 * 1024;

  private final ConnectionFacts facts;
  private final DownstreamStream.Acceptor acceptor;
  private final int bufferLimit;
  private final H1Writer writer;
  private final H1HeadReader heads;
  private final H1BodyReader bodies;
  private final H1Requests requests;

  private @Nullable ChannelHandlerContext ctx;
  private @Nullable FlushOnce flush;
  private @Nullable IdleTimer idle;
  private java.util.concurrent.@Nullable Future<?> headTimer;
  private @Nullable ByteBuf input;
  private @Nullable H1ServerStream stream;
  private Reading reading = Reading.HEAD;
  private boolean feeding;
  private boolean draining;
  private long unconsumed;
  private long unread;

  /**
   * @param bufferLimit bytes of request bodies that may wait for the router
   * @param writer the worker's
   */
  public H1ServerConnection(
      ConnectionFacts facts,
      DownstreamStream.Acceptor acceptor,
      int bufferLimit,
      Scratch scratch,
      H1Writer writer) {
    this.facts = facts;
    this.acceptor = acceptor;
    this.bufferLimit = bufferLimit;
    this.writer = writer;
    int maxHead = facts.config().maxRequestHeadersKb() * 1024;
    this.heads =
        new H1HeadReader(H1HeadReader.Kind.REQUEST, maxHead, facts.config().maxHeaders(), scratch);
    this.bodies = new H1BodyReader(Math.min(maxHead, 8192), scratch);
    this.requests = new H1Requests(facts);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    flush = new FlushOnce(context.channel(), context::flush);
    idle = new IdleTimer(context.channel().eventLoop(), facts.config().idleTimeout(), this::onIdle);
    idle.start();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (reading == Reading.DISCARD) {
      bytes.release();
      return;
    }
    input =
        input == null
            ? bytes
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(alloc(), input, bytes);
    feed();
  }

  /** Reads as far as it may. Called again by what it calls: the inner call does nothing. */
  private void feed() {
    if (feeding) {
      return;
    }
    feeding = true;
    boolean more = true;
    while (more && input != null) {
      more =
          switch (reading) {
            case HEAD -> readHead(input);
            case BODY -> unconsumed <= bufferLimit && readBody(input);
            case NOTHING, DISCARD -> false;
          };
    }
    feeding = false;
    if (input != null && (reading == Reading.DISCARD || !input.isReadable())) {
      input.release();
      input = null;
    }
    adjustReading();
  }

  private void adjustReading() {
    boolean wanted =
        switch (reading) {
          case HEAD, DISCARD -> true;
          case BODY -> unconsumed <= bufferLimit;
          case NOTHING -> input == null || input.readableBytes() <= MAX_PIPELINED;
        };
    if (context().channel().config().isAutoRead() != wanted) {
      context().channel().config().setAutoRead(wanted);
    }
  }

  private boolean readHead(ByteBuf in) {
    return switch (heads.read(in)) {
      case INCOMPLETE -> {
        if (heads.inHead()) {
          startHeadTimer();
        }
        yield false;
      }
      case MALFORMED -> refuse(Failure.DOWNSTREAM_PROTOCOL, heads.fault());
      case TOO_LARGE -> refuse(Failure.HEADERS_TOO_LARGE, heads.fault());
      case HEAD -> {
        stopHeadTimer();
        begin();
        yield true;
      }
    };
  }

  private void begin() {
    H1Requests.Request request = requests.from(heads);
    if (request == null) {
      refuse(Failure.DOWNSTREAM_PROTOCOL, requests.fault());
      return;
    }
    if (heads.fields().chunked()) {
      bodies.chunked();
    } else if (!request.end()) {
      bodies.fixed(heads.fields().contentLength());
    }
    reading = request.end() ? Reading.NOTHING : Reading.BODY;
    unread = 0;
    H1ServerStream begun =
        new H1ServerStream(
            this,
            heads.minorVersion() == 0 ? facts.speaking("HTTP/1.0") : facts,
            request.head().method(),
            heads.minorVersion(),
            request.keepAlive(),
            request.end());
    stream = begun;
    idleTimer().busy(true);
    begun.listen(acceptor.onRequest(request.head(), request.end(), begun));
  }

  private boolean readBody(ByteBuf in) {
    H1BodyReader.Step step = bodies.next(in);
    switch (step) {
      case INCOMPLETE -> {
        return false;
      }
      case DATA -> deliver(bodies.takeData(), false);
      case LAST_DATA -> {
        markRequestDone();
        deliver(bodies.takeData(), true);
        afterRequest();
      }
      case TRAILERS -> {
        markRequestDone();
        deliver(bodies.takeTrailers());
        afterRequest();
      }
      case MALFORMED -> {
        brokenBody();
        return false;
      }
    }
    return true;
  }

  private void markRequestDone() {
    reading = Reading.NOTHING;
    if (stream != null) {
      stream.markRequestDone();
    }
  }

  private void deliver(ByteBuf data, boolean end) {
    DownstreamStream.Events events = stream == null ? null : stream.events();
    if (events == null) {
      unread += data.readableBytes();
      data.release();
      if (unread > MAX_UNREAD) {
        lingerAndClose();
      }
      return;
    }
    unconsumed += data.readableBytes();
    events.onData(data, end);
  }

  private void deliver(HeaderList trailers) {
    DownstreamStream.Events events = stream == null ? null : stream.events();
    if (events != null) {
      events.onTrailers(trailers);
    }
  }

  private void afterRequest() {
    if (stream != null && stream.ended() && reading == Reading.NOTHING) {
      nextRequest(stream);
    }
  }

  private void brokenBody() {
    acceptor.onRefused(facts, Failure.DOWNSTREAM_PROTOCOL, "malformed chunked body");
    H1ServerStream broken = stream;
    if (broken != null) {
      boolean answerable = !broken.headSent();
      stream = null;
      broken.lost(ResetReason.PROTOCOL_ERROR);
      if (answerable) {
        answerAndClose(Failure.DOWNSTREAM_PROTOCOL);
        return;
      }
    }
    context().close();
  }

  /** The response is complete. */
  void responseEnded(H1ServerStream ended) {
    if (ended != stream) {
      return;
    }
    unconsumed = 0;
    if (ended.requestDone()) {
      nextRequest(ended);
    } else if (ended.keepAlive()) {
      feed();
    } else {
      lingerAndClose();
    }
  }

  private void nextRequest(H1ServerStream ended) {
    stream = null;
    idleTimer().busy(false);
    if (!ended.keepAlive()) {
      closeAfterFlush();
      return;
    }
    reading = Reading.HEAD;
    feed();
  }

  /** Whether a response whose head is written now may leave the connection open. */
  boolean mayKeepAlive() {
    return !draining;
  }

  private boolean refuse(Failure failure, String detail) {
    stopHeadTimer();
    acceptor.onRefused(facts, failure, detail);
    answerAndClose(failure);
    return false;
  }

  private void answerAndClose(Failure failure) {
    write(
        writer
            .response(failure.status())
            .field("content-length", "0")
            .field("connection", "close")
            .end(alloc()));
    lingerAndClose();
  }

  /**
   * Ends our direction and reads the peer's until it ends too: closing at once would make the
   * kernel send RST for unread bytes, which can destroy the answer on its way (RFC 9112 section
   * 9.6).
   */
  private void lingerAndClose() {
    reading = Reading.DISCARD;
    stream = null;
    idleTimer().stop();
    context()
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(written -> LingeringClose.of(context().channel()));
    adjustReading();
  }

  private void closeAfterFlush() {
    reading = Reading.DISCARD;
    context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  /** Closes at once: the peer sees an incomplete answer. */
  void abort() {
    context().close();
  }

  private void startHeadTimer() {
    long millis = facts.config().requestHeadersTimeout().toMillis();
    if (headTimer == null && millis > 0) {
      headTimer =
          context()
              .channel()
              .eventLoop()
              .schedule(this::headTimedOut, millis, TimeUnit.MILLISECONDS);
    }
  }

  private void stopHeadTimer() {
    if (headTimer != null) {
      headTimer.cancel(false);
      headTimer = null;
    }
  }

  private void headTimedOut() {
    if (headTimer != null && reading == Reading.HEAD) {
      headTimer = null;
      refuse(Failure.REQUEST_HEADERS_TIMEOUT, "the head took too long");
    }
  }

  private void onIdle() {
    context().close();
  }

  void consumed(int bytes) {
    unconsumed -= bytes;
    if (unconsumed <= bufferLimit && ctx != null && !ctx.isRemoved()) {
      feed();
    }
  }

  boolean writable() {
    return context().channel().isWritable();
  }

  void write(ByteBuf bytes) {
    context().write(bytes, context().voidPromise());
    if (flush != null) {
      flush.ask();
    }
  }

  H1Writer writer() {
    return writer;
  }

  ByteBufAllocator alloc() {
    return context().alloc();
  }

  @Override
  public void drain() {
    if (!draining) {
      draining = true;
      return;
    }
    if (stream == null && !heads.inHead()) {
      closeAfterFlush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    DownstreamStream.Events events = stream == null ? null : stream.events();
    if (events != null && context.channel().isWritable()) {
      events.onWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    stopHeadTimer();
    idleTimer().stop();
    reading = Reading.DISCARD;
    if (input != null && !feeding) {
      input.release();
      input = null;
    }
    H1ServerStream lost = stream;
    stream = null;
    if (lost != null) {
      lost.lost(ResetReason.CONNECTION_CLOSED);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Unexpected.close(context, cause);
  }

  private ChannelHandlerContext context() {
    if (ctx == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return ctx;
  }

  private IdleTimer idleTimer() {
    if (idle == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return idle;
  }
}
