package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import io.netty.buffer.ByteBuf;

/**
 * One attempt's way to a host. Implemented by the codecs, used by the router, on the worker's event
 * loop.
 */
public interface UpstreamStream {

  /** Sends a piece of the request's body; takes ownership of the buffer. */
  void data(ByteBuf data, boolean end);

  /** Sends the request's trailers and ends it. */
  void trailers(HeaderList trailers);

  /**
   * Gives the attempt up: RST_STREAM (CANCEL), or closing an HTTP/1.1 connection. No events follow.
   */
  void reset();

  /** Whether more data may be sent now. When false, {@link Events#onWritable} follows. */
  boolean writable();

  /** Returns flow control for response bytes that were passed on or dropped. */
  void consumed(int bytes);

  /**
   * What happens to an attempt. Implemented by the router. Exactly one of failure, reset or a
   * complete response ends it.
   */
  interface Events {
    /**
     * A connection is there and the request's head was handed to it: from now on the host may have
     * seen the request.
     */
    void onStarted(UpstreamStream stream);

    /** No connection could be had; nothing was sent. */
    void onConnectFailure(ConnectFailure failure);

    /** A 1xx head other than 101. */
    void onInformational(ResponseHead head);

    /** The response's head. */
    void onResponse(ResponseHead head, boolean end);

    /**
     * A piece of the response's body. The receiver owns the buffer and must account for it by
     * {@link #consumed}.
     */
    void onData(ByteBuf data, boolean end);

    /** The response's trailers; ends the response. */
    void onTrailers(HeaderList trailers);

    /**
     * The stream ended abnormally.
     *
     * @param requestSent false only where it is proven that no byte of the request's head left this
     *     process or that the peer did not process it
     */
    void onReset(ResetReason reason, boolean requestSent);

    /** The stream takes data again. */
    void onWritable();
  }

  /** Why there is no connection. */
  record ConnectFailure(Kind kind, String detail) {
    /** The kinds told apart in metrics and response flags. */
    public enum Kind {
      REFUSED,
      TIMEOUT,
      UNREACHABLE,
      TLS,
      /** The pool's limit of pending requests or connections. */
      OVERFLOW,
      OTHER
    }
  }
}
