package dev.weft.proxy.http.h2;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.codec.H2Handler;
import dev.weft.proxy.http.codec.H2Heads;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** One exchange on an HTTP/2 connection. */
@LoopConfined
final class H2ServerStream implements DownstreamStream {
  private final H2Handler handler;
  private final DownstreamConnection connection;
  private final Http2Stream stream;
  private @Nullable Events events;
  private boolean requestDone;
  private boolean headSent;
  private boolean ended;

  H2ServerStream(
      H2Handler handler, DownstreamConnection connection, Http2Stream stream, boolean requestDone) {
    this.handler = handler;
    this.connection = connection;
    this.stream = stream;
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

  /** The peer is gone or has reset the stream. */
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
    if (!ended && !headSent) {
      handler.headers(stream, H2Heads.response(head), false);
    }
  }

  @Override
  public void respond(ResponseHead head, boolean end) {
    if (ended || headSent) {
      return;
    }
    headSent = true;
    ChannelPromise left = handler.context().newPromise();
    // RFC 8441 section 5: 200 is to HTTP/2 what 101 is to HTTP/1.1.
    ResponseHead said = head.status() == 101 ? new ResponseHead(200, head.headers()) : head;
    handler.headers(stream.id(), H2Heads.response(said), end, left);
    if (end) {
      finish(left);
    }
  }

  @Override
  public void data(ByteBuf data, boolean end) {
    if (ended || !headSent) {
      data.release();
      return;
    }
    ChannelPromise left = handler.context().newPromise();
    handler.data(stream, data, end, left);
    if (end) {
      finish(left);
    }
  }

  @Override
  public void trailers(HeaderList trailers) {
    if (ended || !headSent) {
      return;
    }
    ChannelPromise left = handler.context().newPromise();
    handler.headers(stream.id(), H2Heads.trailers(trailers), true, left);
    finish(left);
  }

  /**
   * The response is written. If the request is not complete the peer may stop sending it (RFC 9113
   * section 8.1); said only when the response has left, because a reset drops what is queued.
   */
  private void finish(ChannelPromise left) {
    detach();
    if (!requestDone) {
      left.addListener(written -> {
        if (written.isSuccess() && !requestDone) {
          handler.reset(stream, Http2Error.NO_ERROR);
        }
      });
    }
  }

  @Override
  public void reset(ResetReason reason) {
    if (!ended) {
      detach();
      handler.reset(stream, error(reason));
    }
  }

  private static Http2Error error(ResetReason reason) {
    return switch (reason) {
      case REFUSED -> Http2Error.REFUSED_STREAM;
      case CANCELLED -> Http2Error.CANCEL;
      case PROTOCOL_ERROR -> Http2Error.PROTOCOL_ERROR;
      case CONNECTION_CLOSED, REMOTE_RESET, KEEPALIVE_TIMEOUT -> Http2Error.INTERNAL_ERROR;
    };
  }

  @Override
  public boolean writable() {
    return !ended && handler.writable(stream);
  }

  @Override
  public void consumed(int bytes) {
    handler.consumed(stream, bytes);
  }
}
