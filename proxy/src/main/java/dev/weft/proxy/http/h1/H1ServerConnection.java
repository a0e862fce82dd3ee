package dev.weft.proxy.http.h1;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.failure.CodecRefusal;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.ConnectionFacts;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.codec.Cumulation;
import dev.weft.proxy.http.codec.H1BodyReader;
import dev.weft.proxy.http.codec.H1HeadReader;
import dev.weft.proxy.http.codec.H1Writer;
import dev.weft.proxy.http.codec.IdleTimer;
import dev.weft.proxy.http.codec.Scratch;
import dev.weft.proxy.http.codec.Tunnel;
import dev.weft.proxy.http.codec.Underscores;
import dev.weft.proxy.http.codec.Unexpected;
import dev.weft.proxy.transport.Drainable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection that a peer opened: reads requests one after the other, hands each to the
 * acceptor, and reads the next one when the last is answered. The last handler of its pipeline.
 */
@LoopConfined
public final class H1ServerConnection extends ChannelInboundHandlerAdapter implements Drainable {
  /** What may wait unread while a response is made. */
  private static final int MAX_PIPELINED = 64 * 1024;

  /** How much of a request is read over after its response, to keep the connection. */
  private static final int MAX_UNREAD = 256 * 1024;

  private final Channel channel;
  private final ConnectionFacts facts;
  private final DownstreamStream.Acceptor acceptor;
  private final int bufferLimit;
  private final H1Output out;
  private final H1HeadReader heads;
  private final H1BodyReader bodies;
  private final H1Requests requests;
  private final IdleTimer idle;
  private final HeadTimer headTimer;
  private final Cumulation input = new Cumulation();

  private @Nullable H1ServerStream stream;
  private Reading reading = Reading.HEAD;
  private boolean draining;

  /** Whether it ends with the answer that is under way, also if its head said otherwise. */
  private boolean last;

  private long unconsumed;
  private long unread;

  private H1ServerConnection(
      Channel channel,
      ConnectionFacts facts,
      DownstreamStream.Acceptor acceptor,
      int bufferLimit,
      Scratch scratch,
      H1Writer writer) {
    this.channel = channel;
    this.facts = facts;
    this.acceptor = acceptor;
    this.bufferLimit = bufferLimit;
    this.out = new H1Output(channel, writer, facts.config().protocols());
    int maxHead = facts.config().maxRequestHeadersKb() * 1024;
    this.heads =
        new H1HeadReader(H1HeadReader.Kind.REQUEST, maxHead, facts.config().maxHeaders(), scratch);
    this.bodies = new H1BodyReader(Math.min(maxHead, 8192), scratch);
    this.requests = new H1Requests(facts);
    this.idle = new IdleTimer(channel.eventLoop(), facts.config().idleTimeout(), out::abort);
    this.headTimer =
        new HeadTimer(
            channel.eventLoop(),
            facts.config(),
            reason -> refuse(reason, "the head took too long"));
  }

  /**
   * Serves the channel, adding the last handler of its pipeline.
   *
   * @param bufferLimit bytes of request bodies that may wait for the router
   * @param scratch the worker's, as the writer is
   */
  public static H1ServerConnection serve(
      Channel channel,
      ConnectionFacts facts,
      DownstreamStream.Acceptor acceptor,
      int bufferLimit,
      Scratch scratch,
      H1Writer writer) {
    H1ServerConnection connection =
        new H1ServerConnection(channel, facts, acceptor, bufferLimit, scratch, writer);
    channel.pipeline().addLast(connection);
    connection.idle.start();
    return connection;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (reading == Reading.DISCARD) {
      bytes.release();
      return;
    }
    if (reading == Reading.UPGRADED && input.left() == 0) {
      context.fireChannelRead(bytes);
      return;
    }
    input.add(channel.alloc(), bytes);
    feed();
  }

  /** Reads as far as it may. Called again by what it calls: the inner call does nothing. */
  private void feed() {
    ByteBuf in = input.begin();
    if (in != null) {
      boolean more = true;
      while (more) {
        more =
            switch (reading) {
              case HEAD -> readHead(in);
              case BODY -> unconsumed <= bufferLimit && readBody(in);
              case NOTHING, UPGRADING, UPGRADED, DISCARD -> false;
            };
      }
      input.end(reading != Reading.DISCARD);
    }
    adjustReading();
  }

  private void adjustReading() {
    boolean wanted =
        switch (reading) {
          case HEAD, DISCARD -> true;
          case UPGRADED -> channel.config().isAutoRead();
          case BODY -> unconsumed <= bufferLimit;
          case NOTHING, UPGRADING -> input.left() <= MAX_PIPELINED;
        };
    if (channel.config().isAutoRead() != wanted) {
      channel.config().setAutoRead(wanted);
    }
  }

  private boolean readHead(ByteBuf in) {
    return switch (heads.read(in)) {
      case INCOMPLETE -> {
        if (heads.inHead()) {
          headTimer.start();
        }
        yield false;
      }
      case MALFORMED, TOO_LARGE -> refuse(heads.reason(), heads.fault());
      case HEAD -> {
        headTimer.stop();
        begin();
        yield true;
      }
    };
  }

  private void begin() {
    H1Requests.Request request = requests.from(heads);
    if (request == null) {
      refuse(requests.reason(), requests.fault());
      return;
    }
    if (heads.fields().chunked()) {
      bodies.chunked();
    } else if (!request.end()) {
      bodies.fixed(heads.fields().contentLength());
    }
    boolean upgrading = request.head().upgrades();
    reading = upgrading ? Reading.UPGRADING : request.end() ? Reading.NOTHING : Reading.BODY;
    unread = 0;
    H1ServerStream begun =
        new H1ServerStream(
            this,
            out,
            heads.minorVersion() == 0 ? facts.speaking("HTTP/1.0") : facts,
            request.head(),
            heads.minorVersion(),
            request.keepAlive(),
            request.end());
    stream = begun;
    idle.busy(true);
    if (request.awaitsContinue()) {
      out.sendContinue();
    }
    begun.listen(acceptor.onRequest(request.head(), request.end(), begun));
  }

  private boolean readBody(ByteBuf in) {
    switch (bodies.next(in)) {
      case INCOMPLETE -> {
        return false;
      }
      case DATA -> deliver(bodies.takeData(), false);
      case LAST_DATA -> {
        markRequestDone();
        deliver(bodies.takeData(), true);
        nextIfAnswered();
      }
      case TRAILERS -> {
        HeaderList trailers = bodies.takeTrailers();
        if (!Underscores.pass(facts.config().protocols().underscores(), trailers)) {
          return brokenBody();
        }
        markRequestDone();
        deliver(trailers);
        nextIfAnswered();
      }
      case MALFORMED -> {
        return brokenBody();
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
    DownstreamStream.Events events = listening();
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
    if (!out.trailers()) {
      deliver(Unpooled.EMPTY_BUFFER, true);
      return;
    }
    DownstreamStream.Events events = listening();
    if (events != null) {
      events.onTrailers(trailers);
    }
  }

  private DownstreamStream.@Nullable Events listening() {
    return stream == null ? null : stream.events();
  }

  private boolean brokenBody() {
    H1ServerStream broken = stream;
    stream = null;
    if (broken == null || broken.headSent()) {
      channel.close();
    } else {
      answerAndClose(Failure.DOWNSTREAM_PROTOCOL);
    }
    if (broken != null) {
      broken.lost(ResetReason.PROTOCOL_ERROR);
    }
    return false;
  }

  private void nextIfAnswered() {
    if (stream != null && stream.ended() && reading == Reading.NOTHING) {
      nextRequest(stream);
    }
  }

  /** The other protocol begins: its bytes, also those that are here already, go to the tunnel. */
  Tunnel upgrade(Tunnel.Listener listener) {
    reading = Reading.UPGRADED;
    Tunnel tunnel = Tunnel.on(channel, bufferLimit, listener);
    channel.eventLoop().execute(() -> tunnel.read(input.takeAll()));
    return tunnel;
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
      // The rest of the request is read over; a peer that does not send it is idle.
      idle.busy(false);
      feed();
    } else {
      lingerAndClose();
    }
  }

  private void nextRequest(H1ServerStream ended) {
    stream = null;
    idle.busy(false);
    if (!ended.keepAlive() || last) {
      closeAfterFlush();
      return;
    }
    reading = Reading.HEAD;
    feed();
  }

  private boolean refuse(CodecRefusal reason, String detail) {
    headTimer.stop();
    acceptor.onRefused(facts, reason, reason.failure().status(), detail);
    answerAndClose(reason.failure());
    return false;
  }

  private void answerAndClose(Failure failure) {
    out.refuse(failure.status());
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
    idle.stop();
    out.lingerAndClose();
    adjustReading();
  }

  /** Ends when what was written has left; nothing more is read. */
  void closeAfterFlush() {
    reading = Reading.DISCARD;
    out.closeAfterFlush();
  }

  void consumed(int bytes) {
    unconsumed -= bytes;
    if (unconsumed <= bufferLimit) {
      feed();
    }
  }

  /** Whether a response whose head is written now may leave the connection open. */
  boolean mayKeepAlive() {
    return !draining;
  }

  @Override
  public void drain() {
    if (draining && stream == null && !heads.inHead()) {
      closeAfterFlush();
    }
    last = draining;
    draining = true;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    DownstreamStream.Events events = listening();
    if (events != null && context.channel().isWritable()) {
      events.onWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    headTimer.stop();
    idle.stop();
    out.release();
    if (reading == Reading.UPGRADED) {
      context.fireChannelInactive();
    }
    reading = Reading.DISCARD;
    input.release();
    if (stream != null) {
      stream.lost(ResetReason.CONNECTION_CLOSED);
      stream = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Unexpected.close(context, cause);
  }
}
