package dev.weft.policy.match.index;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds which texts are somewhere in a value. Each text is kept under the rarest three characters
 * in it; a value is looked through by all of its threes.
 */
final class GramIndex {
  private static final int LENGTH = 3;
  private static final long CHARS = 0xffff_ffff_ffffL;

  /** So that no three characters are 0, which is a free slot. */
  private static final long TAKEN = 1L << 62;

  /** Open addressing. */
  private final long[] grams;

  private final Entry[][] entries;

  private static final class Entry {
    private final String text;
    private final int[] ids;

    Entry(String text, int[] ids) {
      this.text = text;
      this.ids = ids;
    }
  }

  /**
   * @param texts of at least three characters
   */
  GramIndex(Map<String, Ids> texts) {
    Map<Long, Integer> counts = new HashMap<>();
    for (String text : texts.keySet()) {
      for (int i = LENGTH; i <= text.length(); i++) {
        counts.merge(gram(text, i), 1, Integer::sum);
      }
    }
    int slots = Integer.highestOneBit(Math.max(4, texts.size()) * 4);
    this.grams = new long[slots];
    this.entries = new Entry[slots][];
    texts.forEach((text, ids) -> put(rarest(text, counts), new Entry(text, ids.toArray())));
  }

  /** The three characters before {@code end}. */
  private static long gram(String text, int end) {
    return TAKEN
        | (long) text.charAt(end - 3) << 32
        | (long) text.charAt(end - 2) << 16
        | text.charAt(end - 1);
  }

  private static long rarest(String text, Map<Long, Integer> counts) {
    long best = gram(text, LENGTH);
    for (int i = LENGTH + 1; i <= text.length(); i++) {
      long gram = gram(text, i);
      best = counts.getOrDefault(gram, 0) < counts.getOrDefault(best, 0) ? gram : best;
    }
    return best;
  }

  private void put(long gram, Entry entry) {
    int slot = slot(gram);
    while (grams[slot] != 0 && grams[slot] != gram) {
      slot = (slot + 1) & (grams.length - 1);
    }
    grams[slot] = gram;
    Entry[] there = entries[slot];
    Entry[] more = there == null ? new Entry[1] : Arrays.copyOf(there, there.length + 1);
    more[more.length - 1] = entry;
    entries[slot] = more;
  }

  private int slot(long gram) {
    return (int) ((gram * 0x9E37_79B9_7F4A_7C15L) >>> 40) & (grams.length - 1);
  }

  void find(String value, long[] into) {
    long gram = 0;
    for (int i = 0; i < value.length(); i++) {
      gram = ((gram << 16) | value.charAt(i)) & CHARS;
      if (i >= LENGTH - 1) {
        long wanted = gram | TAKEN;
        int slot = slot(wanted);
        while (grams[slot] != 0 && grams[slot] != wanted) {
          slot = (slot + 1) & (grams.length - 1);
        }
        if (grams[slot] == wanted) {
          for (Entry entry : entries[slot]) {
            if (value.contains(entry.text)) {
              Ids.put(entry.ids, into);
            }
          }
        }
      }
    }
  }
}
