package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.codec.H1Writer;
import dev.weft.proxy.http.codec.Tunnel;
import dev.weft.proxy.http.codec.WebSocketKeys;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import org.jspecify.annotations.Nullable;

/**
 * One attempt on an HTTP/1.1 connection: writes the request and knows whether its head has left.
 */
@LoopConfined
final class H1ClientStream implements UpstreamStream, ChannelFutureListener, Tunnel.Listener {
  private enum Framing {
    NONE,
    FIXED,
    CHUNKED
  }

  private final H1ClientConnection owner;
  private final Events events;
  private final RequestHead request;
  private @Nullable Tunnel tunnel;
  private Framing framing = Framing.NONE;
  private long left;
  private boolean headLeft;
  private boolean requestDone;
  private boolean ended;

  H1ClientStream(H1ClientConnection owner, Events events, RequestHead request) {
    this.owner = owner;
    this.events = events;
    this.request = request;
  }

  Events events() {
    return events;
  }

  boolean headRequest() {
    return request.method().equals("HEAD");
  }

  RequestHead request() {
    return request;
  }

  /** Bytes go by the tunnel from now on. */
  Tunnel upgrade(Tunnel through) {
    tunnel = through;
    return through;
  }

  boolean requestDone() {
    return requestDone;
  }

  boolean ended() {
    return ended;
  }

  /** The response is complete. */
  void complete() {
    ended = true;
  }

  void lost(ResetReason reason) {
    lost(reason, true);
  }

  /**
   * The connection is gone.
   *
   * @param read whether the host may have read what it was sent
   */
  void lost(ResetReason reason, boolean read) {
    if (!ended) {
      ended = true;
      events.onReset(reason, headLeft && read);
    }
  }

  void start(RequestHead head, boolean end) {
    if (head.upgrades()) {
      startUpgrade(head);
      return;
    }
    H1Writer writer = owner.writer().request(head.method(), head.path(), head.authority());
    writer.fields(head.headers());
    String length = head.headers().get("content-length");
    if (length != null) {
      framing = Framing.FIXED;
      left = Long.parseLong(length);
    } else if (!end) {
      framing = Framing.CHUNKED;
      writer.field("transfer-encoding", "chunked");
    } else if (expectsBody(head.method())) {
      // RFC 9110 section 8.6: a method that anticipates content says that there is none.
      writer.field("content-length", "0");
    }
    requestDone = end;
    owner.writeHead(writer.end(owner.alloc()), this);
  }

  private void startUpgrade(RequestHead head) {
    boolean connect = head.upgrade().equals(RequestHead.CONNECT);
    String target = connect ? head.authority() : head.path();
    HeaderList headers = head.headers().remove("content-length");
    H1Writer writer = owner.writer().request(head.method(), target, head.authority());
    writer.fields(headers);
    if (!connect) {
      writer.field("connection", "Upgrade").field("upgrade", head.upgrade());
      String id = headers.get("x-request-id");
      if (head.upgrade().equalsIgnoreCase("websocket")
          && headers.get("sec-websocket-key") == null) {
        writer.field("sec-websocket-key", WebSocketKeys.key(id == null ? "" : id));
      }
    }
    owner.writeHead(writer.end(owner.alloc()), this);
  }

  private static boolean expectsBody(String method) {
    return method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
  }

  /** The head's write: done only when the kernel has taken all of it. */
  @Override
  public void operationComplete(ChannelFuture future) {
    headLeft = future.isSuccess();
  }

  @Override
  public void data(ByteBuf data, boolean end) {
    if (ended || requestDone) {
      data.release();
      return;
    }
    if (tunnel != null) {
      tunnel.write(data);
      if (end) {
        requestDone = true;
        tunnel.end();
      }
      return;
    }
    int length = data.readableBytes();
    if (framing == Framing.FIXED) {
      left -= length;
      if (left < 0 || (end && left > 0)) {
        data.release();
        breakOff();
        return;
      }
    }
    if (length == 0 || framing == Framing.NONE) {
      data.release();
    } else if (framing == Framing.CHUNKED) {
      owner.write(owner.writer().chunkSize(owner.alloc(), length));
      owner.write(data);
      owner.write(owner.writer().chunkEnd());
    } else {
      owner.write(data);
    }
    if (end) {
      if (framing == Framing.CHUNKED) {
        owner.write(owner.writer().lastChunk());
      }
      requestDone = true;
    }
  }

  @Override
  public void trailers(HeaderList trailers) {
    if (ended || requestDone) {
      return;
    }
    if (tunnel != null) {
      tunnel.end();
    } else if (framing == Framing.CHUNKED) {
      owner.write(
          owner.trailers()
              ? owner.writer().lastChunk(owner.alloc(), trailers)
              : owner.writer().lastChunk());
    } else if (left > 0) {
      breakOff();
      return;
    }
    requestDone = true;
  }

  /** The request does not add up: the host must not take it for whole. */
  private void breakOff() {
    owner.close();
    lost(ResetReason.PROTOCOL_ERROR);
  }

  @Override
  public void reset() {
    if (!ended) {
      ended = true;
      owner.close();
    }
  }

  @Override
  public boolean writable() {
    return !ended && (tunnel != null || !request.upgrades()) && owner.writable();
  }

  @Override
  public void consumed(int bytes) {
    if (tunnel != null) {
      tunnel.consumed(bytes);
    } else if (!ended) {
      owner.consumed(bytes);
    }
  }

  @Override
  public void onBytes(ByteBuf bytes) {
    if (ended) {
      bytes.release();
    } else {
      events.onData(bytes, false);
    }
  }

  @Override
  public void onEnd() {
    if (!ended) {
      ended = true;
      events.onData(Unpooled.EMPTY_BUFFER, true);
      owner.close();
    }
  }

  @Override
  public void onWritable() {
    if (!ended) {
      events.onWritable();
    }
  }

  @Override
  public void onGone() {
    lost(ResetReason.CONNECTION_CLOSED);
  }
}
