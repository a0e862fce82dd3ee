package dev.weft.agent.xds;

import dev.weft.agent.compile.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which server names a client serves by what it acknowledged of one type. A name counts from the
 * acknowledgement of the resource that brings it, and no longer from when a resource without it is
 * sent: between the two nobody knows which of them the client has. Where a stream begins, and after
 * a rejection, what was known before still holds. Knows no I/O. Confined to the server's thread.
 */
final class ServedNames {
  private final @Nullable Set<String> before;
  private final Map<String, Set<String>> certain = new HashMap<>();
  private final Map<String, List<Resource>> outstanding = new LinkedHashMap<>();
  private long changes;

  /**
   * @param before what the node served before this stream; {@code null}: nobody knows, so all that
   *     it is sent
   */
  ServedNames(@Nullable Set<String> before) {
    this.before = before;
  }

  /** The client has this very version. */
  void has(Resource resource) {
    if (certain.putIfAbsent(resource.name(), resource.serves()) == null) {
      changes++;
    }
  }

  /** A response went out. */
  void sent(String nonce, Collection<Resource> updated, Collection<String> removed) {
    for (Resource resource : updated) {
      Set<String> known =
          certain.containsKey(resource.name()) ? certain.get(resource.name()) : before;
      certain.put(resource.name(), both(known, resource.serves()));
    }
    removed.forEach(certain::remove);
    changes++;
    outstanding.put(nonce, List.copyOf(updated));
  }

  /** The client answered this response, and with it those before. */
  void answered(String nonce, boolean failed) {
    if (!outstanding.containsKey(nonce)) {
      return;
    }
    List<Resource> accepted = new ArrayList<>();
    var each = outstanding.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<String, List<Resource>> response = each.next();
      each.remove();
      boolean last = response.getKey().equals(nonce);
      if (!last || !failed) {
        accepted.addAll(response.getValue());
      }
      if (last) {
        break;
      }
    }
    changes++;
    for (Resource resource : accepted) {
      // What was removed meanwhile is not served, whatever the client had acknowledged of it.
      certain.computeIfPresent(resource.name(), (name, _) -> resource.serves());
    }
    outstanding
        .values()
        .forEach(later ->
            later.forEach(resource ->
                certain.computeIfPresent(
                    resource.name(), (name, known) -> both(known, resource.serves()))));
  }

  /** The resources that the client was sent or has. */
  Set<String> resources() {
    return Set.copyOf(certain.keySet());
  }

  /** Grows whenever what is served may have changed: as long as it stands, {@link #all} does. */
  long changes() {
    return changes;
  }

  /** What is served. */
  Set<String> all() {
    Set<String> all = new HashSet<>();
    certain.values().forEach(all::addAll);
    return all;
  }

  private static Set<String> both(@Nullable Set<String> known, Set<String> names) {
    if (known == null || names.isEmpty()) {
      return names;
    }
    Set<String> both = new HashSet<>(names);
    both.retainAll(known);
    return Set.copyOf(both);
  }
}
