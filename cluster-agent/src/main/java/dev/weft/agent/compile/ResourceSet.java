package dev.weft.agent.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The resources of one type for one node.
 *
 * @param shared the same object for every node of a class, for as long as nothing in it changes
 * @param own what only this node has
 */
public record ResourceSet(Map<String, Resource> shared, Map<String, Resource> own) {
  static final ResourceSet EMPTY = new ResourceSet(Map.of(), Map.of());

  /** The resource of this name; {@code null}: none. */
  public @Nullable Resource get(String name) {
    Resource found = own.get(name);
    return found != null ? found : shared.get(name);
  }

  /** All of them. */
  public List<Resource> all() {
    List<Resource> all = new ArrayList<>(shared.size() + own.size());
    all.addAll(shared.values());
    all.addAll(own.values());
    return all;
  }
}
