package dev.weft.policy.xds;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Collects problems under a path. {@link #field}, {@link #item} and {@link #entry} give views one
 * step deeper that collect into the same list. Confined to the thread that decodes.
 */
public final class Problems {

  /** More than these are counted, not kept: they end up in one NACK. */
  static final int MAX = 64;

  private final String path;
  private final Found found;

  private Problems(String path, Found found) {
    this.path = path;
    this.found = found;
  }

  /** Nothing found yet. */
  public static Problems at(String path) {
    return new Problems(path, new Found());
  }

  /** The view of a field. */
  public Problems field(String name) {
    return new Problems(path.isEmpty() ? name : path + "." + name, found);
  }

  /** The view of an element of a repeated field. */
  public Problems item(int index) {
    return new Problems(path + "[" + index + "]", found);
  }

  /** The view of an entry of a map field. */
  public Problems entry(String key) {
    return new Problems(
        path + "[\"" + (key.length() <= 64 ? key : key.substring(0, 63) + "…") + "\"]", found);
  }

  /** Adds one at this path. */
  public void add(String message) {
    found.total++;
    if (found.total <= MAX) {
      found.kept.add(new Problem(path, message));
    }
  }

  /**
   * Adds one for every field that is set but not among those named, and for unknown protobuf
   * fields.
   */
  public void refuseAllBut(Message message, Set<String> understood) {
    for (FieldDescriptor set : message.getAllFields().keySet()) {
      if (!understood.contains(set.getName())) {
        field(set.getName()).add("is not supported");
      }
    }
    for (int number : message.getUnknownFields().asMap().keySet()) {
      add("unknown field number " + number);
    }
  }

  /** Where this view points. */
  public String path() {
    return path;
  }

  /** How many were found so far, under every view; a decoder compares it before and after. */
  public int count() {
    return found.total;
  }

  /**
   * The first that were found, under every view, and one more that says how many others there are.
   */
  public List<Problem> found() {
    List<Problem> all = new ArrayList<>(found.kept);
    if (found.total > MAX) {
      all.add(new Problem("", (found.total - MAX) + " more problems"));
    }
    return List.copyOf(all);
  }

  private static final class Found {
    private final List<Problem> kept = new ArrayList<>();
    private int total;
  }
}
