package dev.weft.proxy.upstream.lb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * MurmurHash2, its variant for 64 bits, as rings of other systems use it for their hosts ({@code
 * hash_function: MURMUR_HASH_2}). Not cryptographic. Pure.
 */
final class MurmurHash2 {
  /** The one that Envoy's rings begin with: that of std::hash in libstdc++. */
  static final long SEED = 0xc70f6907L;

  private static final long MULTIPLIER = 0xc6a4a7935bd1e995L;
  private static final int SHIFT = 47;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private MurmurHash2() {}

  /** Of a text with one byte for each character. */
  static long of(String text, long seed) {
    byte[] data = text.getBytes(StandardCharsets.ISO_8859_1);
    long hash = seed ^ (data.length * MULTIPLIER);
    int at = 0;
    for (; at + 8 <= data.length; at += 8) {
      long word = mixed((long) LONG.get(data, at) * MULTIPLIER) * MULTIPLIER;
      hash = (hash ^ word) * MULTIPLIER;
    }
    if (at < data.length) {
      long word = 0;
      for (int i = data.length - 1; i >= at; i--) {
        word = word << 8 | (data[i] & 0xFF);
      }
      hash = (hash ^ word) * MULTIPLIER;
    }
    return mixed(mixed(hash) * MULTIPLIER);
  }

  private static long mixed(long word) {
    return word ^ (word >>> SHIFT);
  }
}
