package dev.weft.policy.match.index;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds which texts a value begins with, or ends with, in one walk over its characters. */
final class TextTrie {
  private final Node root;
  private final boolean backwards;

  /** A place in the trie. */
  private static final class Node {
    /** The characters that lead here from the place above. */
    private final String edge;

    /** Of the text that ends here. */
    private final int[] ids;

    /** The first characters of the children's edges, in order. */
    private final char[] firsts;

    private final Node[] children;

    Node(String edge, int[] ids, char[] firsts, Node[] children) {
      this.edge = edge;
      this.ids = ids;
      this.firsts = firsts;
      this.children = children;
    }
  }

  /**
   * @param backwards whether values are read from their end
   */
  TextTrie(Map<String, Ids> texts, boolean backwards) {
    this.backwards = backwards;
    TreeMap<String, Ids> sorted = new TreeMap<>();
    texts.forEach((text, ids) ->
        sorted.put(backwards ? new StringBuilder(text).reverse().toString() : text, ids));
    this.root = build(List.copyOf(sorted.entrySet()), 0, 0);
  }

  private static Node build(List<Map.Entry<String, Ids>> sorted, int from, int depth) {
    if (sorted.isEmpty()) {
      return new Node("", Ids.NONE, new char[0], new Node[0]);
    }
    String first = sorted.getFirst().getKey();
    String last = sorted.getLast().getKey();
    int end = depth;
    // They are sorted: what the first and the last share all share.
    while (end < first.length() && end < last.length() && first.charAt(end) == last.charAt(end)) {
      end++;
    }
    int at = first.length() == end ? 1 : 0;
    int[] ids = at == 1 ? sorted.getFirst().getValue().toArray() : Ids.NONE;
    char[] firsts = new char[sorted.size()];
    Node[] children = new Node[sorted.size()];
    int count = 0;
    while (at < sorted.size()) {
      char c = sorted.get(at).getKey().charAt(end);
      int next = at;
      while (next < sorted.size() && sorted.get(next).getKey().charAt(end) == c) {
        next++;
      }
      firsts[count] = c;
      children[count++] = build(sorted.subList(at, next), end, end);
      at = next;
    }
    return new Node(
        first.substring(from, end),
        ids,
        Arrays.copyOf(firsts, count),
        Arrays.copyOf(children, count));
  }

  void find(String value, long[] into) {
    Node node = root;
    int at = 0;
    while (true) {
      String edge = node.edge;
      if (!matches(edge, value, at)) {
        return;
      }
      at += edge.length();
      Ids.put(node.ids, into);
      if (at == value.length()) {
        return;
      }
      int child = Arrays.binarySearch(node.firsts, character(value, at));
      if (child < 0) {
        return;
      }
      node = node.children[child];
    }
  }

  private boolean matches(String edge, String value, int at) {
    if (edge.length() > value.length() - at) {
      return false;
    }
    if (!backwards) {
      return value.startsWith(edge, at);
    }
    for (int i = 0; i < edge.length(); i++) {
      if (edge.charAt(i) != character(value, at + i)) {
        return false;
      }
    }
    return true;
  }

  private char character(String value, int at) {
    return value.charAt(backwards ? value.length() - 1 - at : at);
  }
}
