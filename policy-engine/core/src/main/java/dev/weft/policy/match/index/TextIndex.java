package dev.weft.policy.match.index;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds which texts a value is, begins with, ends with or holds. ASCII letters count in any case:
 * what is found includes what only another case would make different.
 */
public final class TextIndex {
  private final Map<String, int[]> exact = new HashMap<>();
  private final @Nullable TextTrie prefixes;
  private final @Nullable TextTrie suffixes;
  private final @Nullable GramIndex contained;

  private TextIndex(Builder builder) {
    builder.wholes.forEach((text, ids) -> exact.put(text, ids.toArray()));
    this.prefixes = builder.begins.isEmpty() ? null : new TextTrie(builder.begins, false);
    this.suffixes = builder.ends.isEmpty() ? null : new TextTrie(builder.ends, true);
    this.contained = builder.within.isEmpty() ? null : new GramIndex(builder.within);
  }

  /** Which part of a value a text is. */
  public enum Part {
    WHOLE,
    BEGIN,
    END,
    /** Anywhere; at least three characters. */
    WITHIN
  }

  /** Collects texts. */
  public static final class Builder {
    private final Map<String, Ids> wholes = new HashMap<>();
    private final Map<String, Ids> begins = new HashMap<>();
    private final Map<String, Ids> ends = new HashMap<>();
    private final Map<String, Ids> within = new HashMap<>();

    /** A number for a text; it may have several, and they may have several texts. */
    public void add(Part part, String text, int id) {
      Map<String, Ids> texts =
          switch (part) {
            case WHOLE -> wholes;
            case BEGIN -> begins;
            case END -> ends;
            case WITHIN -> within;
          };
      texts.computeIfAbsent(fold(text), _ -> new Ids()).add(id);
    }

    public TextIndex build() {
      return new TextIndex(this);
    }
  }

  /** Puts the numbers of all texts that fit into a set of bits. */
  public void find(String value, long[] into) {
    String folded = fold(value);
    int[] whole = exact.isEmpty() ? null : exact.get(folded);
    if (whole != null) {
      Ids.put(whole, into);
    }
    if (prefixes != null) {
      prefixes.find(folded, into);
    }
    if (suffixes != null) {
      suffixes.find(folded, into);
    }
    if (contained != null) {
      contained.find(folded, into);
    }
  }

  private static String fold(String text) {
    int at = 0;
    while (at < text.length() && !upper(text.charAt(at))) {
      at++;
    }
    if (at == text.length()) {
      return text;
    }
    char[] folded = text.toCharArray();
    for (; at < folded.length; at++) {
      if (upper(folded[at])) {
        folded[at] = (char) (folded[at] + ('a' - 'A'));
      }
    }
    return new String(folded);
  }

  private static boolean upper(char c) {
    return c >= 'A' && c <= 'Z';
  }
}
