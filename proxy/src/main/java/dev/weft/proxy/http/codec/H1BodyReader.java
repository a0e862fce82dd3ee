package dev.weft.proxy.http.codec;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.HeaderList;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bodies of HTTP/1.1 messages on one connection off the wire, one piece at a time (RFC
 * 9112 sections 6 and 7). Chunk sizes, line ends and trailers are read strictly; chunk extensions
 * are read over.
 */
@LoopConfined
public final class H1BodyReader {
  /** What {@link #next} found. */
  public enum Step {
    INCOMPLETE,
    /** A piece, see {@link #takeData}. */
    DATA,
    /** The last piece; it may be empty. */
    LAST_DATA,
    /** The end, with trailers. */
    TRAILERS,
    MALFORMED
  }

  private enum State {
    FIXED,
    UNTIL_CLOSE,
    CHUNK_SIZE,
    CHUNK_DATA,
    CHUNK_END,
    TRAILERS
  }

  private static final int MAX_CHUNK_LINE = 256;
  private static final int MAX_SIZE_DIGITS = 15;

  private final int maxTrailerBytes;
  private final Scratch scratch;
  private State state = State.FIXED;
  private long left;
  private ByteBuf data = Unpooled.EMPTY_BUFFER;
  private @Nullable HeaderList trailers;

  /**
   * @param maxTrailerBytes of all trailers together
   */
  public H1BodyReader(int maxTrailerBytes, Scratch scratch) {
    this.maxTrailerBytes = maxTrailerBytes;
    this.scratch = scratch;
  }

  /** The next body has so many bytes, at least one. */
  public void fixed(long length) {
    state = State.FIXED;
    left = length;
  }

  /** The next body is chunked. */
  public void chunked() {
    state = State.CHUNK_SIZE;
  }

  /** The next body ends with the connection. */
  public void untilClose() {
    state = State.UNTIL_CLOSE;
  }

  /** Whether the connection's end is the body's end. */
  public boolean endsWithConnection() {
    return state == State.UNTIL_CLOSE;
  }

  /** Takes the next piece. */
  public Step next(ByteBuf in) {
    while (true) {
      switch (state) {
        case FIXED -> {
          if (!in.isReadable()) {
            return Step.INCOMPLETE;
          }
          takePiece(in);
          return left == 0 ? Step.LAST_DATA : Step.DATA;
        }
        case UNTIL_CLOSE -> {
          if (!in.isReadable()) {
            return Step.INCOMPLETE;
          }
          data = in.readRetainedSlice(in.readableBytes());
          return Step.DATA;
        }
        case CHUNK_SIZE -> {
          Step step = chunkSize(in);
          if (step != Step.DATA) {
            return step;
          }
        }
        case CHUNK_DATA -> {
          if (!in.isReadable()) {
            return Step.INCOMPLETE;
          }
          takePiece(in);
          state = left == 0 ? State.CHUNK_END : State.CHUNK_DATA;
          return Step.DATA;
        }
        case CHUNK_END -> {
          if (in.readableBytes() < 2) {
            return Step.INCOMPLETE;
          }
          if (in.readByte() != '\r' || in.readByte() != '\n') {
            return Step.MALFORMED;
          }
          state = State.CHUNK_SIZE;
        }
        case TRAILERS -> {
          return trailers(in);
        }
      }
    }
  }

  private void takePiece(ByteBuf in) {
    int length = (int) Math.min(left, in.readableBytes());
    data = in.readRetainedSlice(length);
    left -= length;
  }

  /** {@code DATA} means: go on. */
  private Step chunkSize(ByteBuf in) {
    int lf = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
    if (lf < 0) {
      return in.readableBytes() > MAX_CHUNK_LINE ? Step.MALFORMED : Step.INCOMPLETE;
    }
    int length = lf - in.readerIndex() - 1;
    if (length < 1 || length > MAX_CHUNK_LINE || in.getByte(lf - 1) != '\r') {
      return Step.MALFORMED;
    }
    long size = 0;
    int digits = 0;
    for (; digits < length; digits++) {
      int digit = Character.digit(in.getByte(in.readerIndex() + digits), 16);
      if (digit < 0) {
        break;
      }
      size = size * 16 + digit;
    }
    if (digits == 0 || digits > MAX_SIZE_DIGITS || !extension(in, digits, length)) {
      return Step.MALFORMED;
    }
    in.skipBytes(length + 2);
    left = size;
    state = size == 0 ? State.TRAILERS : State.CHUNK_DATA;
    return Step.DATA;
  }

  private static boolean extension(ByteBuf in, int from, int length) {
    for (int i = from; i < length; i++) {
      byte b = in.getByte(in.readerIndex() + i);
      boolean begins = i > from || b == ';' || b == ' ' || b == '\t';
      if (!begins || !HttpChars.isValue(b)) {
        return false;
      }
    }
    return true;
  }

  private Step trailers(ByteBuf in) {
    int base = in.readerIndex();
    int lineStart = 0;
    // Trailers are rare and bounded: looked through from their beginning each time.
    for (int from = 0; ; from = lineStart) {
      int lf = in.indexOf(base + from, in.writerIndex(), (byte) '\n');
      if (lf < 0) {
        return in.readableBytes() > maxTrailerBytes ? Step.MALFORMED : Step.INCOMPLETE;
      }
      int lineEnd = lf - base;
      if (lineEnd + 1 > maxTrailerBytes || lineEnd == lineStart || in.getByte(lf - 1) != '\r') {
        return Step.MALFORMED;
      }
      boolean empty = lineEnd - 1 == lineStart;
      lineStart = lineEnd + 1;
      if (empty) {
        return trailersEnd(in, lineStart);
      }
    }
  }

  private Step trailersEnd(ByteBuf in, int length) {
    byte[] bytes = scratch.load(in, in.readerIndex(), length);
    in.skipBytes(length);
    FieldBlock fields = new FieldBlock();
    fields.reset(4);
    if (!fields.read(bytes, 0, length)) {
      return Step.MALFORMED;
    }
    // RFC 9110 section 6.5.1: framing and routing are never taken from trailers.
    fields.headers().remove("content-length").remove("te");
    if (fields.headers().size() == 0) {
      data = Unpooled.EMPTY_BUFFER;
      return Step.LAST_DATA;
    }
    trailers = fields.headers();
    return Step.TRAILERS;
  }

  /** The piece; the caller owns it. */
  public ByteBuf takeData() {
    ByteBuf taken = data;
    data = Unpooled.EMPTY_BUFFER;
    return taken;
  }

  /** The trailers. */
  public HeaderList takeTrailers() {
    HeaderList taken = trailers == null ? new HeaderList(0) : trailers;
    trailers = null;
    return taken;
  }
}
