package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.codec.Cumulation;
import dev.weft.proxy.http.codec.FieldBlock;
import dev.weft.proxy.http.codec.FlushOnce;
import dev.weft.proxy.http.codec.H1BodyReader;
import dev.weft.proxy.http.codec.H1HeadReader;
import dev.weft.proxy.http.codec.H1Writer;
import dev.weft.proxy.http.codec.Scratch;
import dev.weft.proxy.http.codec.Tunnel;
import dev.weft.proxy.http.codec.Unexpected;
import dev.weft.proxy.transport.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 connection to a host: one request at a time. The last handler of its pipeline. */
@LoopConfined
final class H1ClientConnection extends ChannelInboundHandlerAdapter {
  private static final int MAX_HEAD = 60 * 1024;
  private static final int MAX_FIELDS = 100;
  private static final int MAX_TRAILERS = 8192;

  private enum Reading {
    /** No request is under way: anything that comes is a fault. */
    NOTHING,
    HEAD,
    BODY,
    /** Handed to the tunnel behind. */
    UPGRADED,
    CLOSED
  }

  /** Told when the connection is free again, or gone. */
  interface Owner {
    void onFree(H1ClientConnection connection);

    void onGone(H1ClientConnection connection);

    /** Dials the host anew and tells whether nobody listens there any more. */
    void askWhetherDead(Consumer<Boolean> answer);
  }

  private final Channel channel;
  private final UnreadRequest unread;
  private final Owner owner;
  private final int bufferLimit;
  private final boolean trailers;
  private final H1Writer writer;
  private final H1HeadReader heads;
  private final H1BodyReader bodies;
  private final FlushOnce flush;
  private final Cumulation input = new Cumulation();
  private Reading reading = Reading.NOTHING;
  private @Nullable H1ClientStream stream;
  private boolean keepAlive;
  private long unconsumed;
  private long freeSince;

  H1ClientConnection(
      Channel channel,
      Transport transport,
      Owner owner,
      int bufferLimit,
      boolean trailers,
      Scratch scratch,
      H1Writer writer) {
    this.channel = channel;
    this.unread = new UnreadRequest(channel, transport);
    this.owner = owner;
    this.bufferLimit = bufferLimit;
    this.trailers = trailers;
    this.writer = writer;
    this.heads = new H1HeadReader(H1HeadReader.Kind.RESPONSE, MAX_HEAD, MAX_FIELDS, scratch);
    this.bodies = new H1BodyReader(MAX_TRAILERS, scratch);
    this.flush = new FlushOnce(channel, channel::flush);
  }

  /** Sends a request; the connection must be free. */
  void begin(RequestHead head, boolean end, UpstreamStream.Events events) {
    H1ClientStream begun = new H1ClientStream(this, events, head);
    stream = begun;
    reading = Reading.HEAD;
    unconsumed = 0;
    unread.begin();
    begun.start(head, end);
    events.onStarted(begun);
  }

  Channel channel() {
    return channel;
  }

  /** When it became free, in {@link System#nanoTime}. */
  long freeSince() {
    return freeSince;
  }

  void freeSince(long nanos) {
    freeSince = nanos;
  }

  boolean usable() {
    return reading == Reading.NOTHING && channel.isActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    unread.heard();
    if (reading == Reading.UPGRADED && input.left() == 0) {
      context.fireChannelRead(bytes);
      return;
    }
    if (reading == Reading.NOTHING || reading == Reading.CLOSED) {
      bytes.release();
      close();
      return;
    }
    input.add(alloc(), bytes);
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
              case NOTHING, UPGRADED, CLOSED -> false;
            };
      }
      input.end(reading != Reading.CLOSED);
    }
    if (reading == Reading.UPGRADED) {
      return;
    }
    boolean wanted = reading != Reading.BODY || unconsumed <= bufferLimit;
    if (channel.config().isAutoRead() != wanted) {
      channel.config().setAutoRead(wanted);
    }
  }

  private boolean readHead(ByteBuf in) {
    return switch (heads.read(in)) {
      case INCOMPLETE -> false;
      case MALFORMED, TOO_LARGE -> fail(ResetReason.PROTOCOL_ERROR);
      case HEAD -> onHead(heads.fields());
    };
  }

  private boolean onHead(FieldBlock fields) {
    H1ClientStream current = stream;
    if (current == null || current.ended()) {
      return fail(ResetReason.CANCELLED);
    }
    int status = heads.status();
    if ((status < 200 || status == 204) && !bodiless(fields)) {
      return fail(ResetReason.PROTOCOL_ERROR);
    }
    ResponseHead head = new ResponseHead(status, fields.headers());
    if (current.request().upgradedBy(status)) {
      upgrade(current, head);
      return false;
    }
    if (status == 101) {
      // Not asked for.
      return fail(ResetReason.PROTOCOL_ERROR);
    }
    if (status < 200) {
      current.events().onInformational(head);
      return reading == Reading.HEAD;
    }
    keepAlive = heads.minorVersion() == 1 ? !fields.close() : fields.keepAlive();
    boolean end = frame(status, fields, current.headRequest());
    if (end) {
      current.complete();
      finish(current);
    } else {
      reading = Reading.BODY;
    }
    current.events().onResponse(head, end);
    return true;
  }

  /**
   * RFC 9110 section 8.6, RFC 9112 section 6.1: such a head says nothing of a body. One of length 0
   * is only superfluous.
   */
  private static boolean bodiless(FieldBlock fields) {
    if (fields.contentLength() == 0) {
      fields.headers().remove("content-length");
    }
    return !fields.chunked() && fields.contentLength() <= 0;
  }

  /** The other protocol begins: its bytes, also those that are here already, go to the tunnel. */
  private void upgrade(H1ClientStream current, ResponseHead head) {
    reading = Reading.UPGRADED;
    head.headers().remove("content-length");
    Tunnel tunnel = current.upgrade(Tunnel.on(channel, bufferLimit, current));
    current.events().onResponse(head, false);
    channel.eventLoop().execute(() -> tunnel.read(input.takeAll()));
    if (!current.ended()) {
      current.events().onWritable();
    }
  }

  /** Sets the body's framing up (RFC 9112 section 6.3); true: there is no body. */
  private boolean frame(int status, FieldBlock fields, boolean headRequest) {
    if (headRequest || status == 204 || status == 304) {
      return true;
    }
    if (fields.chunked()) {
      bodies.chunked();
    } else if (fields.contentLength() > 0) {
      bodies.fixed(fields.contentLength());
    } else if (fields.contentLength() < 0) {
      bodies.untilClose();
      keepAlive = false;
    }
    return fields.contentLength() == 0;
  }

  private boolean readBody(ByteBuf in) {
    H1ClientStream current = stream;
    if (current == null || current.ended()) {
      return fail(ResetReason.CANCELLED);
    }
    return switch (bodies.next(in)) {
      case INCOMPLETE -> false;
      case DATA -> {
        ByteBuf data = bodies.takeData();
        unconsumed += data.readableBytes();
        current.events().onData(data, false);
        yield true;
      }
      case LAST_DATA -> {
        ByteBuf data = bodies.takeData();
        current.complete();
        finish(current);
        current.events().onData(data, true);
        yield true;
      }
      case TRAILERS -> {
        HeaderList read = bodies.takeTrailers();
        current.complete();
        finish(current);
        if (trailers) {
          current.events().onTrailers(read);
        } else {
          current.events().onData(Unpooled.EMPTY_BUFFER, true);
        }
        yield true;
      }
      case MALFORMED -> fail(ResetReason.PROTOCOL_ERROR);
    };
  }

  /** The exchange is over; before its last event is told, so that the next one may use us. */
  private void finish(H1ClientStream ended) {
    stream = null;
    if (keepAlive && ended.requestDone() && input.left() == 0 && channel.isActive()) {
      reading = Reading.NOTHING;
      owner.onFree(this);
    } else {
      close();
    }
  }

  private boolean fail(ResetReason reason) {
    H1ClientStream lost = stream;
    close();
    stream = null;
    if (lost != null) {
      lost.lost(reason);
    }
    return false;
  }

  /** Closes at once, telling nobody but the owner. */
  void close() {
    reading = Reading.CLOSED;
    channel.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (reading == Reading.UPGRADED) {
      owner.onGone(this);
      context.fireChannelInactive();
      return;
    }
    boolean complete = reading == Reading.BODY && bodies.endsWithConnection();
    boolean cutOff = reading == Reading.HEAD && input.left() > 0;
    reading = Reading.CLOSED;
    input.release();
    owner.onGone(this);
    H1ClientStream current = stream;
    stream = null;
    if (current == null || current.ended()) {
      return;
    }
    if (complete) {
      current.complete();
      current.events().onData(Unpooled.EMPTY_BUFFER, true);
    } else if (cutOff) {
      current.lost(ResetReason.PROTOCOL_ERROR);
    } else if (unread.suspected()) {
      owner.askWhetherDead(dead -> current.lost(ResetReason.CONNECTION_CLOSED, !dead));
    } else {
      current.lost(ResetReason.CONNECTION_CLOSED);
    }
  }

  /** Comes before the channel is closed for its end, while the kernel can still be asked. */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (reading == Reading.HEAD) {
      unread.readAll();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    H1ClientStream current = stream;
    if (current != null && !current.ended() && channel.isWritable()) {
      current.events().onWritable();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // channelInactive follows and tells the stream.
    unread.failed(cause);
    Unexpected.close(context, cause);
  }

  void consumed(int bytes) {
    unconsumed -= bytes;
    if (unconsumed <= bufferLimit) {
      feed();
    }
  }

  boolean writable() {
    return channel.isWritable();
  }

  void writeHead(ByteBuf head, H1ClientStream of) {
    unread.sent(head.readableBytes());
    ChannelPromise left = channel.newPromise();
    left.addListener(of);
    channel.write(head, left);
    flush.ask();
  }

  void write(ByteBuf bytes) {
    unread.sent(bytes.readableBytes());
    channel.write(bytes, channel.voidPromise());
    flush.ask();
  }

  /** Whether trailers are read and written. */
  boolean trailers() {
    return trailers;
  }

  H1Writer writer() {
    return writer;
  }

  ByteBufAllocator alloc() {
    return channel.alloc();
  }
}
