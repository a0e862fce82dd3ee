package dev.weft.proxy.http.h2;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.Http2Settings;
import dev.weft.proxy.failure.CodecRefusal;
import dev.weft.proxy.http.ConnectionFacts;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.codec.H2Handler;
import dev.weft.proxy.http.codec.H2Heads;
import dev.weft.proxy.http.codec.IdleTimer;
import dev.weft.proxy.http.codec.Keepalive;
import dev.weft.proxy.http.codec.Underscores;
import dev.weft.proxy.transport.Drainable;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An HTTP/2 connection that a peer opened: hands each stream to the acceptor. */
@LoopConfined
public final class H2ServerConnection extends Http2FrameAdapter implements Drainable {
  private static final long DRAIN_PING = 0x77656674;

  private enum Draining {
    NO,
    /** GOAWAY with the greatest id is sent: streams that were on their way are still served. */
    ANNOUNCED,
    /** The final GOAWAY is sent; the connection ends with its last stream. */
    FINAL
  }

  private final ConnectionFacts facts;
  private final DownstreamStream.Acceptor acceptor;
  private final H2Handler handler;
  private final Channel channel;
  private final IdleTimer idle;
  private final Keepalive keepalive;
  private final Http2Connection.PropertyKey key;
  private final H2Requests requests;
  private Draining draining = Draining.NO;
  private long begun;
  private ResetReason closeReason = ResetReason.CONNECTION_CLOSED;

  private H2ServerConnection(
      Channel channel, ConnectionFacts facts, DownstreamStream.Acceptor acceptor, int bufferLimit) {
    this.channel = channel;
    this.facts = facts;
    this.acceptor = acceptor;
    this.requests = new H2Requests(facts);
    Http2Settings http2 = facts.config().http2();
    this.handler =
        H2Handler.create(
            true, settings(http2, bufferLimit), http2, this, new Streams(), this::onWritability);
    this.key = handler.connection().newKey();
    handler.listen(new Faults());
    this.idle = new IdleTimer(channel.eventLoop(), facts.config().idleTimeout(), this::onIdle);
    idle.start();
    this.keepalive =
        new Keepalive(
            channel.eventLoop(),
            http2.keepaliveInterval(),
            http2.keepaliveTimeout(),
            handler::ping,
            this::onDead);
  }

  /** Serves the channel, adding the last handler of its pipeline. */
  public static H2ServerConnection serve(
      Channel channel, ConnectionFacts facts, DownstreamStream.Acceptor acceptor, int bufferLimit) {
    H2ServerConnection connection = new H2ServerConnection(channel, facts, acceptor, bufferLimit);
    channel.pipeline().addLast(connection.keepalive.observer(), connection.handler);
    channel.closeFuture().addListener(closed -> connection.onClosed());
    connection.keepalive.onUse();
    return connection;
  }

  /** The window of a stream is what it may make us buffer, so the buffer limit bounds it too. */
  private io.netty.handler.codec.http2.Http2Settings settings(
      Http2Settings http2, int bufferLimit) {
    var settings = io.netty.handler.codec.http2.Http2Settings.defaultSettings();
    if (facts.config().protocols().allowConnect()) {
      settings.put(H2Heads.ENABLE_CONNECT_PROTOCOL, Long.valueOf(1));
    }
    return settings
        .maxConcurrentStreams(http2.maxConcurrentStreams())
        .initialWindowSize(Math.max(65_535, Math.min(http2.initialStreamWindow(), bufferLimit)))
        .maxHeaderListSize(facts.config().maxRequestHeadersKb() * 1024L);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx,
      int streamId,
      Http2Headers block,
      int dependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean end) {
    onHeadersRead(ctx, streamId, block, padding, end);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx, int streamId, Http2Headers block, int padding, boolean end) {
    Http2Stream stream = handler.connection().stream(streamId);
    if (stream == null) {
      return;
    }
    H2ServerStream existing = stream.getProperty(key);
    if (existing != null) {
      onTrailers(stream, existing, block, end);
      return;
    }
    if (facts.config().protocols().connections().last(++begun)) {
      drain();
    }
    RequestHead head = requests.from(block, end);
    if (head == null) {
      acceptor.onRefused(facts, requests.reason(), 0, requests.fault());
      handler.reset(stream, Http2Error.PROTOCOL_ERROR);
      return;
    }
    H2ServerStream begun = new H2ServerStream(handler, facts, stream, end);
    stream.setProperty(key, begun);
    if (requests.awaitsContinue()) {
      begun.inform(new ResponseHead(100, new HeaderList(0)));
    }
    begun.listen(acceptor.onRequest(head, end, begun));
  }

  private void onTrailers(
      Http2Stream stream, H2ServerStream existing, Http2Headers block, boolean end) {
    if (existing.requestDone()) {
      // RFC 9113 section 5.1: nothing may follow END_STREAM.
      existing.lost(ResetReason.PROTOCOL_ERROR);
      handler.reset(stream, Http2Error.STREAM_CLOSED);
      return;
    }
    HeaderList trailers = new HeaderList(block.size());
    if (!end
        || !H2Heads.read(block, trailers, facts.config().maxHeaders())
        || trailers.get("content-length") != null
        || !Underscores.pass(facts.config().protocols().underscores(), trailers)) {
      existing.lost(ResetReason.PROTOCOL_ERROR);
      handler.reset(stream, Http2Error.PROTOCOL_ERROR);
      return;
    }
    existing.markRequestDone();
    DownstreamStream.Events events = existing.events();
    if (events != null) {
      events.onTrailers(trailers);
    }
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end) {
    Http2Stream stream = handler.connection().stream(streamId);
    H2ServerStream existing = stream == null ? null : stream.getProperty(key);
    if (existing == null) {
      return data.readableBytes() + padding;
    }
    if (end) {
      existing.markRequestDone();
    }
    DownstreamStream.Events events = existing.events();
    if (events == null) {
      return data.readableBytes() + padding;
    }
    events.onData(data.retain(), end);
    return padding;
  }

  @Override
  public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
    Http2Stream stream = handler.connection().stream(streamId);
    H2ServerStream existing = stream == null ? null : stream.getProperty(key);
    if (existing != null) {
      existing.lost(ResetReason.REMOTE_RESET);
    }
  }

  @Override
  public void onPingAckRead(ChannelHandlerContext ctx, long data) {
    if (data != DRAIN_PING) {
      keepalive.onAck();
    } else if (draining == Draining.ANNOUNCED) {
      finishDraining();
    }
  }

  private void onWritability(Http2Stream stream) {
    H2ServerStream existing = stream.getProperty(key);
    DownstreamStream.@Nullable Events events = existing == null ? null : existing.events();
    if (events != null && handler.writable(stream)) {
      events.onWritable();
    }
  }

  private void onIdle() {
    drain();
  }

  private void onDead() {
    closeReason = ResetReason.KEEPALIVE_TIMEOUT;
    channel.close();
  }

  private void onClosed() {
    idle.stop();
    keepalive.stop();
  }

  @Override
  public void drain() {
    switch (draining) {
      case NO -> {
        draining = Draining.ANNOUNCED;
        handler.goAway(Integer.MAX_VALUE);
        // When this comes back, every stream that was on its way is here.
        handler.ping(DRAIN_PING);
      }
      case ANNOUNCED -> finishDraining();
      case FINAL -> {}
    }
  }

  private void finishDraining() {
    draining = Draining.FINAL;
    handler.goAway(handler.connection().remote().lastStreamCreated());
    closeIfDrained();
  }

  private void closeIfDrained() {
    if (draining == Draining.FINAL && handler.connection().numActiveStreams() == 0) {
      handler.closeAfterFlush();
    }
  }

  private final class Faults implements H2Handler.Faults {
    @Override
    public void onStreamFault(int streamId, boolean tooLarge, boolean late) {
      Http2Stream stream = handler.connection().stream(streamId);
      H2ServerStream existing = stream == null ? null : stream.getProperty(key);
      if (existing != null) {
        existing.lost(ResetReason.PROTOCOL_ERROR);
      } else if (tooLarge) {
        CodecRefusal reason = CodecRefusal.HTTP2_TOO_MANY_HEADERS;
        acceptor.onRefused(facts, reason, reason.failure().status(), "a header block too large");
      } else if (!late) {
        acceptor.onRefused(facts, CodecRefusal.HTTP2_MESSAGING, 0, "a stream error");
      }
    }

    @Override
    public void onConnectionFault(boolean flood) {
      List<H2ServerStream> streams = new ArrayList<>();
      try {
        handler
            .connection()
            .forEachActiveStream(stream -> {
              H2ServerStream existing = stream.getProperty(key);
              if (existing != null) {
                streams.add(existing);
              }
              return true;
            });
      } catch (Http2Exception e) {
        throw new IllegalStateException("nothing in the visitor throws", e);
      }
      streams.forEach(stream -> stream.lost(ResetReason.PROTOCOL_ERROR));
      acceptor.onRefused(
          facts,
          flood ? CodecRefusal.HTTP2_FLOOD : CodecRefusal.HTTP2_PROTOCOL_ERROR,
          0,
          "a connection error");
    }
  }

  private final class Streams extends Http2ConnectionAdapter {
    @Override
    public void onStreamActive(Http2Stream stream) {
      idle.busy(true);
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
      H2ServerStream existing = stream.getProperty(key);
      if (existing != null) {
        existing.lost(closeReason);
      }
    }

    @Override
    public void onStreamRemoved(Http2Stream stream) {
      if (handler.connection().numActiveStreams() == 0) {
        idle.busy(false);
      }
      closeIfDrained();
    }
  }
}
