package dev.weft.proxy.http.h1;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.codec.H1Writer;
import dev.weft.proxy.http.codec.Tunnel;
import dev.weft.proxy.http.codec.WebSocketKeys;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** One exchange on an HTTP/1.1 connection: writes the response, framed as RFC 9112 section 6. */
@LoopConfined
final class H1ServerStream implements DownstreamStream, Tunnel.Listener {
  private enum Framing {
    /** No head yet. */
    UNDECIDED,
    NONE,
    FIXED,
    CHUNKED,
    UNTIL_CLOSE,
    TUNNEL
  }

  /** A chunked body that is small: an event, or a piece of JSON with its framing. */
  private static final int CHUNK = 1024;

  private final H1ServerConnection owner;
  private final H1Output out;
  private final DownstreamConnection connection;
  private final RequestHead request;
  private final int minorVersion;
  private @Nullable Events events;
  private @Nullable Tunnel tunnel;
  private Framing framing = Framing.UNDECIDED;
  private long left;
  private boolean keepAlive;
  private boolean requestDone;
  private boolean ended;

  H1ServerStream(
      H1ServerConnection owner,
      H1Output out,
      DownstreamConnection connection,
      RequestHead request,
      int minorVersion,
      boolean keepAlive,
      boolean requestDone) {
    this.owner = owner;
    this.out = out;
    this.connection = connection;
    this.request = request;
    this.minorVersion = minorVersion;
    this.keepAlive = keepAlive;
    this.requestDone = requestDone;
  }

  void listen(Events to) {
    if (!ended) {
      events = to;
    }
  }

  /** Where to deliver; {@code null}: nobody listens any more. */
  @Nullable Events events() {
    return events;
  }

  boolean requestDone() {
    return requestDone;
  }

  void markRequestDone() {
    requestDone = true;
  }

  boolean keepAlive() {
    return keepAlive;
  }

  /** Whether the response is complete or given up. */
  boolean ended() {
    return ended;
  }

  boolean headSent() {
    return framing != Framing.UNDECIDED;
  }

  /** The peer is gone. */
  void lost(ResetReason reason) {
    Events told = events;
    detach();
    if (told != null) {
      told.onReset(reason);
    }
  }

  private void detach() {
    ended = true;
    events = null;
  }

  @Override
  public DownstreamConnection connection() {
    return connection;
  }

  @Override
  public void inform(ResponseHead head) {
    // RFC 9110 section 15.2: not to an HTTP/1.0 client.
    if (!ended && !headSent() && minorVersion > 0) {
      out.write(out.writer().response(head.status()).fields(head.headers()).end(out.alloc()));
    }
  }

  @Override
  public void respond(ResponseHead head, boolean end) {
    if (ended || headSent()) {
      return;
    }
    HeaderList headers = head.headers();
    if (!end && request.upgradedBy(head.status())) {
      switchProtocol(head);
      return;
    }
    decideFraming(head.status(), headers, end);
    keepAlive &= framing != Framing.UNTIL_CLOSE && owner.mayKeepAlive();
    H1Writer writer = out.writer().response(head.status()).fields(headers);
    if (framing == Framing.CHUNKED) {
      writer.field("transfer-encoding", "chunked");
    } else if (end && framing == Framing.FIXED && headers.get("content-length") == null) {
      writer.field("content-length", "0");
    }
    if (!keepAlive) {
      writer.field("connection", "close");
    } else if (minorVersion == 0) {
      writer.field("connection", "keep-alive");
    }
    out.head(writer, end ? 0 : expected());
    if (end) {
      finish();
    }
  }

  /** Bytes that are likely to follow the head in the same turn, as far as they count. */
  private int expected() {
    return switch (framing) {
      case FIXED -> (int) Math.min(left, Integer.MAX_VALUE);
      case CHUNKED -> CHUNK;
      case UNDECIDED, NONE, UNTIL_CLOSE, TUNNEL -> 0;
    };
  }

  /** RFC 9110 sections 7.8 and 9.3.6: neither answer has a body. */
  private void switchProtocol(ResponseHead head) {
    framing = Framing.TUNNEL;
    HeaderList headers = head.headers().remove("content-length");
    H1Writer writer = out.writer().response(head.status()).fields(headers);
    if (head.status() == 101) {
      writer.field("connection", "Upgrade").field("upgrade", request.upgrade());
      String key = request.headers().get("sec-websocket-key");
      if (key != null && headers.get("sec-websocket-accept") == null) {
        // The answer came over HTTP/2, where nobody proves it (RFC 8441 section 5).
        writer.field("sec-websocket-accept", WebSocketKeys.accept(key));
      }
    }
    out.write(writer.end(out.alloc()));
    tunnel = owner.upgrade(this);
  }

  @Override
  public void onBytes(ByteBuf bytes) {
    Events told = events;
    if (told == null) {
      bytes.release();
    } else {
      told.onData(bytes, false);
    }
  }

  @Override
  public void onEnd() {
    requestDone = true;
    if (events != null) {
      events.onData(Unpooled.EMPTY_BUFFER, true);
    }
  }

  @Override
  public void onWritable() {
    if (events != null) {
      events.onWritable();
    }
  }

  @Override
  public void onGone() {
    lost(ResetReason.CONNECTION_CLOSED);
  }

  private void decideFraming(int status, HeaderList headers, boolean end) {
    if (status == 204) {
      headers.remove("content-length");
    }
    String length = headers.get("content-length");
    if (request.method().equals("HEAD") || status == 204 || status == 304) {
      framing = Framing.NONE;
    } else if (length != null) {
      framing = Framing.FIXED;
      left = Long.parseLong(length);
    } else if (end) {
      framing = Framing.FIXED;
    } else {
      framing = minorVersion == 0 ? Framing.UNTIL_CLOSE : Framing.CHUNKED;
    }
  }

  @Override
  public void data(ByteBuf data, boolean end) {
    if (ended || framing == Framing.UNDECIDED) {
      data.release();
      return;
    }
    int length = data.readableBytes();
    switch (framing) {
      case UNDECIDED, NONE -> data.release();
      case FIXED -> {
        left -= length;
        if (left < 0 || (end && left > 0)) {
          // The peer counts bytes: an answer that does not add up must not look whole.
          data.release();
          reset(ResetReason.PROTOCOL_ERROR);
          return;
        }
        out.write(data);
      }
      case UNTIL_CLOSE, TUNNEL -> out.write(data);
      case CHUNKED -> writeChunk(data, length);
    }
    if (end) {
      if (framing == Framing.CHUNKED) {
        out.write(out.writer().lastChunk());
      }
      finish();
    }
  }

  private void writeChunk(ByteBuf data, int length) {
    if (length == 0) {
      // An empty chunk would end the body.
      data.release();
      return;
    }
    out.write(out.writer().chunkSize(out.alloc(), length));
    out.write(data);
    out.write(out.writer().chunkEnd());
  }

  @Override
  public void trailers(HeaderList trailers) {
    if (ended || !headSent()) {
      return;
    }
    if (framing == Framing.CHUNKED) {
      out.write(
          out.trailers()
              ? out.writer().lastChunk(out.alloc(), trailers)
              : out.writer().lastChunk());
    } else if (framing == Framing.FIXED && left > 0) {
      reset(ResetReason.PROTOCOL_ERROR);
      return;
    }
    finish();
  }

  private void finish() {
    detach();
    if (tunnel != null) {
      tunnel.close();
      return;
    }
    owner.responseEnded(this);
  }

  @Override
  public void reset(ResetReason reason) {
    if (!ended) {
      detach();
      if (framing == Framing.NONE) {
        // The head is the whole answer, whatever the host did behind it.
        owner.closeAfterFlush();
      } else {
        out.abort();
      }
    }
  }

  @Override
  public boolean writable() {
    return !ended && out.writable();
  }

  @Override
  public void consumed(int bytes) {
    if (tunnel != null) {
      tunnel.consumed(bytes);
    } else if (!ended) {
      owner.consumed(bytes);
    }
  }
}
