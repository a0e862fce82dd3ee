package dev.weft.proxy.http.codec;

import dev.weft.proxy.LoopConfined;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * One array that all codecs of a worker parse and write heads in, so that a head costs no buffer of
 * its own. Its content means nothing between two calls.
 */
@LoopConfined
public final class Scratch {
  private byte[] bytes = new byte[8192];

  /** Copies bytes in and returns the array. */
  byte[] load(ByteBuf from, int index, int length) {
    byte[] array = room(length);
    from.getBytes(index, array, 0, length);
    return array;
  }

  /** The array, at least so long; what it held is kept. */
  byte[] room(int length) {
    if (bytes.length < length) {
      bytes = Arrays.copyOf(bytes, Math.max(length, bytes.length * 2));
    }
    return bytes;
  }
}
