package dev.weft.proxy.http.codec;

import dev.weft.proxy.LoopConfined;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a connection that were read and not consumed yet. While it is being {@linkplain #begin
 * read} by a loop further up the stack it is not released under it.
 */
@LoopConfined
public final class Cumulation {
  private @Nullable ByteBuf bytes;
  private boolean reading;

  /** Adds what was read from the channel; takes ownership. */
  public void add(ByteBufAllocator allocator, ByteBuf more) {
    bytes =
        bytes == null
            ? more
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, bytes, more);
  }

  /** Bytes left. */
  public int left() {
    return bytes == null ? 0 : bytes.readableBytes();
  }

  /**
   * Begins to read.
   *
   * @return the bytes; {@code null}: there are none, or somebody is reading already
   */
  public @Nullable ByteBuf begin() {
    if (reading || bytes == null) {
      return null;
    }
    reading = true;
    return bytes;
  }

  /**
   * Ends reading.
   *
   * @param keep whether what is left will be wanted
   */
  public void end(boolean keep) {
    reading = false;
    if (!keep || left() == 0) {
      release();
    }
  }

  /** Gives away what is left; not while it is being read. */
  public ByteBuf takeAll() {
    ByteBuf all = bytes == null ? Unpooled.EMPTY_BUFFER : bytes;
    bytes = null;
    return all;
  }

  /** Drops everything, now or when reading ends. */
  public void release() {
    if (bytes != null && !reading) {
      bytes.release();
      bytes = null;
    }
  }
}
