package dev.weft.proxy.http.codec;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.HeaderList;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * Writes the parts of HTTP/1.1 messages. One for each worker. Names and values were checked where
 * they came in: nothing here can end a line early.
 */
@LoopConfined
public final class H1Writer {
  private static final ByteBuf LAST_CHUNK = constant("0\r\n\r\n");
  private static final ByteBuf CRLF = constant("\r\n");
  private static final byte[] HTTP = "HTTP/1.1 ".getBytes(US_ASCII);
  private static final String HEX = "0123456789abcdef";

  private final Scratch scratch;
  private byte[] out = new byte[0];
  private int at;

  public H1Writer(Scratch scratch) {
    this.scratch = scratch;
  }

  private static ByteBuf constant(String text) {
    return Unpooled.unreleasableBuffer(
        Unpooled.directBuffer(text.length()).writeBytes(text.getBytes(US_ASCII)).asReadOnly());
  }

  /** A request's head up to its first header. */
  public H1Writer request(String method, String path, String authority) {
    begin();
    ascii(method).ascii(" ").ascii(path).ascii(" HTTP/1.1\r\n");
    return field("host", authority);
  }

  /** A response's head up to its first header. */
  public H1Writer response(int status) {
    begin();
    room(32);
    System.arraycopy(HTTP, 0, out, at, HTTP.length);
    at += HTTP.length;
    out[at++] = (byte) ('0' + status / 100);
    out[at++] = (byte) ('0' + status / 10 % 10);
    out[at++] = (byte) ('0' + status % 10);
    return ascii(" ").ascii(Reasons.of(status)).ascii("\r\n");
  }

  /** A whole answer without a body, after which the connection ends. */
  public ByteBuf refusal(int status, ByteBufAllocator allocator) {
    return response(status)
        .field("content-length", "0")
        .field("connection", "close")
        .end(allocator);
  }

  /** All fields but {@code te}, which HTTP/1.1 would have to name in Connection. */
  public H1Writer fields(HeaderList headers) {
    for (int i = 0; i < headers.size(); i++) {
      if (!headers.name(i).equals("te")) {
        field(headers.name(i), headers.value(i));
      }
    }
    return this;
  }

  /** One field. */
  public H1Writer field(String name, String value) {
    return ascii(name).ascii(": ").ascii(value).ascii("\r\n");
  }

  /** The finished head. */
  public ByteBuf end(ByteBufAllocator allocator) {
    return end(allocator, 0);
  }

  /** The finished head in a buffer with room for so many bytes more. */
  public ByteBuf end(ByteBufAllocator allocator, int more) {
    ascii("\r\n");
    return allocator.directBuffer(at + more).writeBytes(out, 0, at);
  }

  /** What goes before a chunk's data. */
  public ByteBuf chunkSize(ByteBufAllocator allocator, int size) {
    ByteBuf line = allocator.directBuffer(10);
    boolean leading = true;
    for (int shift = 28; shift >= 0; shift -= 4) {
      int digit = (size >>> shift) & 0xf;
      leading &= digit == 0 && shift > 0;
      if (!leading) {
        line.writeByte(HEX.charAt(digit));
      }
    }
    return line.writeByte('\r').writeByte('\n');
  }

  /** What goes after a chunk's data. */
  public ByteBuf chunkEnd() {
    return CRLF.duplicate();
  }

  /** The end of a chunked body. */
  public ByteBuf lastChunk() {
    return LAST_CHUNK.duplicate();
  }

  /** The end of a chunked body, with trailers. */
  public ByteBuf lastChunk(ByteBufAllocator allocator, HeaderList trailers) {
    begin();
    return ascii("0\r\n").fields(trailers).end(allocator);
  }

  private void begin() {
    out = scratch.room(512);
    at = 0;
  }

  private void room(int more) {
    if (out.length < at + more) {
      out = scratch.room(at + more);
    }
  }

  /** Low bytes only, which is ISO-8859-1: written in place, without an array for each string. */
  private H1Writer ascii(String text) {
    int length = text.length();
    room(length);
    byte[] to = out;
    int from = at;
    for (int i = 0; i < length; i++) {
      to[from + i] = (byte) text.charAt(i);
    }
    at += length;
    return this;
  }
}
