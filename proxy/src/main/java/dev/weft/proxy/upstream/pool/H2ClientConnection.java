package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.Http2Settings;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.codec.H2Handler;
import dev.weft.proxy.http.codec.H2Heads;
import dev.weft.proxy.http.codec.Keepalive;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;

/** An HTTP/2 connection to a host, shared by many attempts. */
@LoopConfined
final class H2ClientConnection extends Http2FrameAdapter {
  private static final int MAX_FIELDS = 100;
  private static final long MAX_HEAD = 60 * 1024;

  /** Told what becomes of the connection. */
  interface Owner {
    /** The peer's settings are here: streams may be opened. */
    void onReady(H2ClientConnection connection);

    /** A stream has ended: another may be opened. */
    void onRoom(H2ClientConnection connection);

    /** No stream can be opened any more; those that are open go on. */
    void onRetired(H2ClientConnection connection);

    void onGone(H2ClientConnection connection);
  }

  private final Channel channel;
  private final Owner owner;
  private final H2Handler handler;
  private final Http2Connection.PropertyKey key;
  private final Keepalive keepalive;
  private ResetReason closeReason = ResetReason.CONNECTION_CLOSED;
  private final long mostStreams;
  private boolean ready;
  private boolean extendedConnect;
  private boolean retired;

  private H2ClientConnection(Channel channel, HostTarget target, Owner owner) {
    this.channel = channel;
    this.owner = owner;
    Http2Settings http2 = target.http2();
    this.mostStreams = http2.maxConcurrentStreams();
    this.handler =
        H2Handler.create(false, settings(target), http2, this, new Streams(), this::onWritability);
    this.key = handler.connection().newKey();
    handler.listen(new Faults());
    this.keepalive =
        new Keepalive(
            channel.eventLoop(),
            http2.keepaliveInterval(),
            http2.keepaliveTimeout(),
            handler::ping,
            this::onDead);
  }

  /** Takes an open channel over. */
  static H2ClientConnection on(Channel channel, HostTarget target, Owner owner) {
    H2ClientConnection connection = new H2ClientConnection(channel, target, owner);
    channel.pipeline().addLast(connection.keepalive.observer(), connection.handler);
    channel.closeFuture().addListener(closed -> connection.onClosed());
    return connection;
  }

  private static io.netty.handler.codec.http2.Http2Settings settings(HostTarget target) {
    int window =
        Math.max(65_535, Math.min(target.http2().initialStreamWindow(), target.bufferLimitBytes()));
    return io.netty.handler.codec.http2.Http2Settings.defaultSettings()
        .pushEnabled(false)
        .initialWindowSize(window)
        .maxHeaderListSize(MAX_HEAD);
  }

  Channel channel() {
    return channel;
  }

  /** Whether a stream can be opened now. */
  boolean hasRoom() {
    return ready
        && !retired
        && channel.isActive()
        && streams() < mostStreams
        && handler.connection().local().canOpenStream();
  }

  int streams() {
    return handler.connection().numActiveStreams();
  }

  /** Opens a stream; there must be room. */
  void begin(RequestHead head, boolean end, UpstreamStream.Events events) {
    H2ClientStream begun = new H2ClientStream(handler, head, events, end);
    if (extended(head) && !extendedConnect) {
      // RFC 8441 section 3: not before the host has said that it takes it.
      begun.lost(ResetReason.PROTOCOL_ERROR);
      return;
    }
    int id = handler.connection().local().incrementAndGetNextStreamId();
    ChannelPromise left = channel.newPromise();
    left.addListener(begun);
    handler.headers(id, H2Heads.request(head), end, left);
    Http2Stream stream = handler.connection().stream(id);
    if (stream == null) {
      // The connection has ended meanwhile and nothing was written.
      begun.lost(ResetReason.CONNECTION_CLOSED);
      return;
    }
    stream.setProperty(key, begun);
    begun.bind(stream);
    keepalive.onUse();
    events.onStarted(begun);
  }

  /** Opens no more streams; ends with the last one. */
  void retire() {
    if (!retired) {
      retired = true;
      owner.onRetired(this);
    }
    if (streams() == 0) {
      handler.closeAfterFlush();
    }
  }

  void close() {
    channel.close();
  }

  private void onDead() {
    closeReason = ResetReason.KEEPALIVE_TIMEOUT;
    channel.close();
  }

  private void onClosed() {
    retired = true;
    keepalive.stop();
    owner.onGone(this);
  }

  @Override
  public void onSettingsRead(
      ChannelHandlerContext ctx, io.netty.handler.codec.http2.Http2Settings settings) {
    Long connect = settings.get(H2Heads.ENABLE_CONNECT_PROTOCOL);
    extendedConnect |= connect != null && connect == 1;
    if (!ready) {
      ready = true;
      owner.onReady(this);
    } else {
      owner.onRoom(this);
    }
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
      boolean end)
      throws Http2Exception {
    onHeadersRead(ctx, streamId, block, padding, end);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx, int streamId, Http2Headers block, int padding, boolean end)
      throws Http2Exception {
    if (!handler.connection().local().isValidStreamId(streamId)) {
      // RFC 9113 section 8.4: a host begins streams by PUSH_PROMISE alone, and we take none.
      throw Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "a stream of the host's own");
    }
    Http2Stream stream = handler.connection().stream(streamId);
    H2ClientStream attempt = stream == null ? null : stream.getProperty(key);
    if (stream == null || attempt == null || attempt.ended()) {
      return;
    }
    HeaderList fields = new HeaderList(block.size());
    if (!H2Heads.read(block, fields, MAX_FIELDS)) {
      broken(stream, attempt);
    } else if (attempt.responded()) {
      onTrailers(stream, attempt, fields, end);
    } else {
      onHead(stream, attempt, H2Heads.status(block), fields, end);
    }
  }

  private void onTrailers(
      Http2Stream stream, H2ClientStream attempt, HeaderList fields, boolean end) {
    if (!end || fields.get("content-length") != null || !attempt.takes(0, true)) {
      broken(stream, attempt);
      return;
    }
    attempt.complete();
    attempt.events().onTrailers(fields);
  }

  private void onHead(
      Http2Stream stream, H2ClientStream attempt, int status, HeaderList fields, boolean end) {
    if (!mayCome(status, end) || !lengthMayCome(status, fields)) {
      broken(stream, attempt);
      return;
    }
    if (status < 200) {
      attempt.events().onInformational(new ResponseHead(status, fields));
      return;
    }
    attempt.markResponded(status, fields);
    if (!attempt.takes(0, end)) {
      broken(stream, attempt);
      return;
    }
    if (end) {
      attempt.complete();
    }
    int said = status == 200 && extended(attempt.request()) && !end ? 101 : status;
    attempt.events().onResponse(new ResponseHead(said, fields), end);
    if (!end && attempt.request().upgradedBy(said) && !attempt.ended()) {
      attempt.events().onWritable();
    }
  }

  /** RFC 9110 section 8.6: 1xx and 204 have none; that it is none may be said, and is left out. */
  private static boolean lengthMayCome(int status, HeaderList fields) {
    String length = status < 200 || status == 204 ? fields.get("content-length") : null;
    if (length != null) {
      fields.remove("content-length");
    }
    return length == null || length.equals("0");
  }

  /** What came may not have come. */
  private void broken(Http2Stream stream, H2ClientStream attempt) {
    handler.reset(stream, Http2Error.PROTOCOL_ERROR);
    attempt.lost(ResetReason.PROTOCOL_ERROR);
  }

  /** Whether it is a status, not 101, which HTTP/2 does not have, and not the end of only 1xx. */
  private static boolean mayCome(int status, boolean end) {
    return status >= 200 || (status >= 100 && status != 101 && !end);
  }

  private static boolean extended(RequestHead head) {
    return head.upgrades() && !head.upgrade().equals(RequestHead.CONNECT);
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end) {
    Http2Stream stream = handler.connection().stream(streamId);
    H2ClientStream attempt = stream == null ? null : stream.getProperty(key);
    if (stream == null || attempt == null || attempt.ended()) {
      return data.readableBytes() + padding;
    }
    if (!attempt.responded() || !attempt.takes(data.readableBytes(), end)) {
      broken(stream, attempt);
      return data.readableBytes() + padding;
    }
    ByteBuf kept = data.retain();
    if (end) {
      attempt.complete();
    }
    attempt.events().onData(kept, end);
    return padding;
  }

  @Override
  public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
    Http2Stream stream = handler.connection().stream(streamId);
    H2ClientStream attempt = stream == null ? null : stream.getProperty(key);
    if (attempt != null) {
      boolean refused = errorCode == Http2Error.REFUSED_STREAM.code() && !attempt.responded();
      boolean broken = errorCode == Http2Error.PROTOCOL_ERROR.code();
      attempt.lost(
          refused
              ? ResetReason.REFUSED
              : broken ? ResetReason.PROTOCOL_ERROR : ResetReason.REMOTE_RESET);
    }
  }

  @Override
  public void onPingAckRead(ChannelHandlerContext ctx, long data) {
    keepalive.onAck();
  }

  private void onWritability(Http2Stream stream) {
    H2ClientStream attempt = stream.getProperty(key);
    if (attempt != null && !attempt.ended() && handler.writable(stream)) {
      attempt.events().onWritable();
    }
  }

  private final class Faults implements H2Handler.Faults {
    @Override
    public void onStreamFault(int streamId, boolean tooLarge, boolean late) {
      Http2Stream stream = handler.connection().stream(streamId);
      H2ClientStream attempt = stream == null ? null : stream.getProperty(key);
      if (attempt != null) {
        attempt.lost(ResetReason.PROTOCOL_ERROR);
      }
    }

    @Override
    public void onConnectionFault(boolean flood) {
      // Its streams end with the connection, after GOAWAY.
      closeReason = ResetReason.PROTOCOL_ERROR;
    }
  }

  private final class Streams extends Http2ConnectionAdapter {
    @Override
    public void onGoAwayReceived(int lastStreamId, long errorCode, ByteBuf debugData) {
      retire();
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
      H2ClientStream attempt = stream.getProperty(key);
      if (attempt != null) {
        boolean aboveLast =
            handler.connection().goAwayReceived()
                && stream.id() > handler.connection().local().lastStreamKnownByPeer();
        attempt.lost(aboveLast && !attempt.responded() ? ResetReason.REFUSED : closeReason);
      }
    }

    @Override
    public void onStreamRemoved(Http2Stream stream) {
      if (streams() == 0) {
        keepalive.onUnused();
        if (retired && channel.isActive()) {
          handler.closeAfterFlush();
        }
      }
      if (hasRoom()) {
        owner.onRoom(H2ClientConnection.this);
      }
    }
  }
}
