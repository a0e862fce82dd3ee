package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.codec.H2Handler;
import dev.weft.proxy.http.codec.H2Heads;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** One attempt on an HTTP/2 connection. */
@LoopConfined
final class H2ClientStream implements UpstreamStream, ChannelFutureListener {
  private final H2Handler handler;
  private final Events events;
  private final RequestHead request;
  private @Nullable Http2Stream stream;
  private boolean headLeft;
  private boolean requestDone;
  private boolean responded;
  private boolean bodiless;
  private boolean owesBody;
  private boolean ended;

  H2ClientStream(H2Handler handler, RequestHead request, Events events, boolean requestDone) {
    this.request = request;
    this.handler = handler;
    this.events = events;
    this.requestDone = requestDone;
  }

  void bind(Http2Stream to) {
    stream = to;
  }

  Events events() {
    return events;
  }

  boolean ended() {
    return ended;
  }

  RequestHead request() {
    return request;
  }

  /** Whether the final head of the response was told. */
  boolean responded() {
    return responded;
  }

  /** The final head of the response is there. */
  void markResponded(int status, HeaderList fields) {
    responded = true;
    bodiless = status == 204 || status == 304 || request.method().equals("HEAD");
    String length = fields.get("content-length");
    owesBody = !bodiless && !request.upgrades() && length != null && !length.equals("0");
  }

  /**
   * Whether so many bytes of a body, or the end, may come now: an answer without a body has none,
   * and one of a length has one (RFC 9113 section 8.1.1). That the length is met to the byte is
   * seen to by the framing layer, but for answers that are empty.
   */
  boolean takes(int bytes, boolean end) {
    if (bytes > 0) {
      owesBody = false;
      return !bodiless;
    }
    return !end || !owesBody;
  }

  /**
   * The response is complete. What is left of the request is of no use to the host, so the stream
   * ends.
   */
  void complete() {
    ended = true;
    if (!requestDone && stream != null) {
      handler.reset(stream, Http2Error.CANCEL);
    }
  }

  void lost(ResetReason reason) {
    if (!ended) {
      ended = true;
      events.onReset(reason, headLeft && reason != ResetReason.REFUSED);
    }
  }

  /** The head's write: done only when the kernel has taken all of it. */
  @Override
  public void operationComplete(ChannelFuture future) {
    headLeft = future.isSuccess();
  }

  @Override
  public void data(ByteBuf data, boolean end) {
    Http2Stream to = stream;
    if (ended || requestDone || to == null) {
      data.release();
      return;
    }
    requestDone = end;
    handler.data(to, data, end, promise());
  }

  @Override
  public void trailers(HeaderList trailers) {
    Http2Stream to = stream;
    if (!ended && !requestDone && to != null) {
      requestDone = true;
      handler.headers(to, H2Heads.trailers(trailers), true);
    }
  }

  private ChannelPromise promise() {
    return handler.context().newPromise();
  }

  @Override
  public void reset() {
    if (!ended) {
      ended = true;
      if (stream != null) {
        handler.reset(stream, Http2Error.CANCEL);
      }
    }
  }

  @Override
  public boolean writable() {
    return !ended
        && stream != null
        && (responded || !request.upgrades())
        && handler.writable(stream);
  }

  @Override
  public void consumed(int bytes) {
    if (stream != null) {
      handler.consumed(stream, bytes);
    }
  }
}
