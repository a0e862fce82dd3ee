package dev.weft.proxy.http;

import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.failure.CodecRefusal;
import io.netty.buffer.ByteBuf;
import java.util.Map;

/**
 * One request's way back to the peer that sent it. Implemented by the codecs, used by the router,
 * on the connection's event loop. After {@code end}, {@code reset} or {@link Events#onReset} no
 * further call has an effect; buffers are released.
 */
public interface DownstreamStream {

  /** Facts of the connection. */
  DownstreamConnection connection();

  /** Sends a 1xx head other than 101; any number, before {@link #respond}. */
  void inform(ResponseHead head);

  /** Sends the response's head. */
  void respond(ResponseHead head, boolean end);

  /** Sends a piece of the body; takes ownership of the buffer. */
  void data(ByteBuf data, boolean end);

  /** Sends trailers and ends the response. */
  void trailers(HeaderList trailers);

  /** Ends the stream abnormally: RST_STREAM, or closing an HTTP/1.1 connection. */
  void reset(ResetReason reason);

  /** Whether more data may be sent now. When false, {@link Events#onWritable} follows. */
  boolean writable();

  /** Returns flow control for request bytes that were passed on or dropped. */
  void consumed(int bytes);

  /** What arrives on the stream. Implemented by the router. */
  interface Events {
    /**
     * A piece of the request's body. The receiver owns the buffer and must account for it by {@link
     * #consumed}.
     */
    void onData(ByteBuf data, boolean end);

    /** The request's trailers; ends the request. */
    void onTrailers(HeaderList trailers);

    /** The peer went away or reset the stream. */
    void onReset(ResetReason reason);

    /** The stream takes data again. */
    void onWritable();
  }

  /** Made by the router; called by the codecs for each request. */
  interface Acceptor {
    /**
     * A request begins.
     *
     * @param end whether the request has neither body nor trailers
     */
    Events onRequest(RequestHead head, boolean end, DownstreamStream stream);

    /**
     * A request was refused before it became a stream: malformed, too large or too slow. The codec
     * answers it; this is for counters and the access log. What goes wrong later comes as {@link
     * Events#onReset} with {@link ResetReason#PROTOCOL_ERROR}.
     *
     * @param status that the codec answers with; 0: it resets the stream or closes the connection
     * @param detail holds no bytes of the peer's
     */
    void onRefused(DownstreamConnection connection, CodecRefusal reason, int status, String detail);

    /**
     * Holds the requests that are under way against rules that came since they were let in, and
     * ends those that are not allowed any more.
     *
     * @param now what counts by now, by the id of the connection
     */
    default void recheck(Map<Long, HttpConnectionManager> now) {}
  }
}
