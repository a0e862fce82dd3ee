package dev.weft.policy.match.index;

import java.util.Arrays;

/** A list of numbers that grows. */
final class Ids {
  static final int[] NONE = {};

  private int[] ids = new int[1];
  private int size;

  void add(int id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, size * 2);
    }
    ids[size++] = id;
  }

  int[] toArray() {
    return Arrays.copyOf(ids, size);
  }

  /** Puts numbers into a set. */
  static void put(int[] ids, long[] into) {
    for (int id : ids) {
      into[id >> 6] |= 1L << id;
    }
  }
}
