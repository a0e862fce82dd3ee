package dev.weft.policy.match.index;

import dev.weft.policy.match.PathTemplate;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds which templates a path could fit, segment by segment. */
public final class TemplateIndex {
  private final Node root;

  private TemplateIndex(Node root) {
    this.root = root;
  }

  private static final class Node {
    private final Map<String, Node> literals = new HashMap<>();
    private @Nullable Node any;
    private final Ids whole = new Ids();
    private final Ids open = new Ids();
    private int[] ends = Ids.NONE;
    private int[] opens = Ids.NONE;

    Node child(@Nullable String literal) {
      if (literal != null) {
        return literals.computeIfAbsent(literal, _ -> new Node());
      }
      Node there = any == null ? new Node() : any;
      any = there;
      return there;
    }

    void freeze() {
      ends = whole.toArray();
      opens = open.toArray();
      literals.values().forEach(Node::freeze);
      if (any != null) {
        any.freeze();
      }
    }

    /**
     * @param at where the next segment's slash is, or the path's end
     */
    void find(String path, int at, long[] into) {
      if (at >= path.length()) {
        Ids.put(ends, into);
        return;
      }
      Ids.put(opens, into);
      if (any == null && literals.isEmpty()) {
        return;
      }
      int slash = path.indexOf('/', at + 1);
      int end = slash < 0 ? path.length() : slash;
      Node literal = literals.isEmpty() ? null : literals.get(path.substring(at + 1, end));
      if (literal != null) {
        literal.find(path, end, into);
      }
      if (any != null) {
        any.find(path, end, into);
      }
    }
  }

  /** Collects templates. */
  public static final class Builder {
    private final Node root = new Node();

    /** A number for a template. */
    public void add(PathTemplate template, int id) {
      Node node = root;
      for (PathTemplate.Segment segment : template.head()) {
        node = node.child(segment.literal());
      }
      (template.tail() == null ? node.whole : node.open).add(id);
    }

    public TemplateIndex build() {
      root.freeze();
      return new TemplateIndex(root);
    }
  }

  /** Puts the numbers of all templates that could fit into a set of bits. */
  public void find(String path, long[] into) {
    if (path.startsWith("/")) {
      root.find(path, 0, into);
    }
  }
}
