package dev.weft.proxy.config;

import java.util.List;

/**
 * What one level of a route configuration writes into headers: removals first, then additions.
 *
 * @param remove lower case
 */
public record HeaderChanges(List<String> remove, List<HeaderValue> add) {

  public HeaderChanges {
    remove = List.copyOf(remove);
    add = List.copyOf(add);
  }

  /** The changes as a list; of none an empty one. */
  public static List<HeaderChanges> listOf(List<String> remove, List<HeaderValue> add) {
    return remove.isEmpty() && add.isEmpty() ? List.of() : List.of(new HeaderChanges(remove, add));
  }
}
