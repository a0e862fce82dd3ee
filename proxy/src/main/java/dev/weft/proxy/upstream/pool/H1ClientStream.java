package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.codec.H1Writer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;

/**
 * One attempt on an HTTP/1.1 connection: writes the request and knows whether its head has left.
 */
@LoopConfined
final class H1ClientStream implements UpstreamStream, ChannelFutureListener {
  private enum Framing {
    NONE,
    FIXED,
    CHUNKED
  }

  private final H1ClientConnection owner;
  private final Events events;
  private final boolean headRequest;
  private Framing framing = Framing.NONE;
  private long left;
  private boolean headLeft;
  private boolean requestDone;
  private boolean ended;

  H1ClientStream(H1ClientConnection owner, Events events, String method) {
    this.owner = owner;
    this.events = events;
    this.headRequest = method.equals("HEAD");
  }

  Events events() {
    return events;
  }

  boolean headRequest() {
    return headRequest;
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
    if (framing == Framing.CHUNKED) {
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
    return !ended && owner.writable();
  }

  @Override
  public void consumed(int bytes) {
    if (!ended) {
      owner.consumed(bytes);
    }
  }
}
