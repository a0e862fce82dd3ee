package dev.weft.proxy.xds;

import com.google.protobuf.Any;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The last accepted version of every resource, what was rejected since, and what the agent says is
 * not there. Confined to the control thread.
 */
final class ResourceStore {
  private final Map<ResourceType, Map<String, Entry>> accepted = new EnumMap<>(ResourceType.class);
  private final Map<ResourceType, Map<String, Rejection>> rejected =
      new EnumMap<>(ResourceType.class);
  private final Map<ResourceType, Set<String>> absent = new EnumMap<>(ResourceType.class);

  ResourceStore() {
    for (ResourceType type : ResourceType.values()) {
      accepted.put(type, new HashMap<>());
      rejected.put(type, new HashMap<>());
      absent.put(type, new HashSet<>());
    }
  }

  /**
   * An accepted resource.
   *
   * @param raw as received, for the disk and the configuration dump
   * @param restored whether it comes from the disk and the agent has not spoken of it since
   */
  record Entry(String version, Any raw, Resource resource, boolean restored) {}

  /** A version that was not taken, and why. */
  record Rejection(String version, String reason) {}

  void accept(ResourceType type, String name, Entry entry) {
    of(accepted, type).put(name, entry);
    of(rejected, type).remove(name);
    of(absent, type).remove(name);
  }

  void reject(ResourceType type, String name, Rejection rejection) {
    of(rejected, type).put(name, rejection);
  }

  void remove(ResourceType type, String name) {
    of(accepted, type).remove(name);
    of(rejected, type).remove(name);
    of(absent, type).add(name);
  }

  /** Forgets what is not asked for any more. */
  void retain(ResourceType type, Set<String> wanted) {
    Predicate<String> unwanted = name -> !wanted.contains(name);
    of(accepted, type).keySet().removeIf(unwanted);
    of(rejected, type).keySet().removeIf(unwanted);
    of(absent, type).removeIf(unwanted);
  }

  Map<String, Entry> accepted(ResourceType type) {
    return Collections.unmodifiableMap(of(accepted, type));
  }

  Map<String, Rejection> rejected(ResourceType type) {
    return Collections.unmodifiableMap(of(rejected, type));
  }

  /**
   * Whether nothing usable is going to come by waiting: rejected with no earlier version, or said
   * not to be there.
   */
  boolean isSettled(ResourceType type, String name) {
    return of(rejected, type).containsKey(name) || of(absent, type).contains(name);
  }

  @Nullable Resource get(ResourceType type, String name) {
    Entry entry = of(accepted, type).get(name);
    return entry == null ? null : entry.resource();
  }

  private static <V> V of(Map<ResourceType, V> byType, ResourceType type) {
    V value = byType.get(type);
    if (value == null) {
      throw new IllegalStateException("no " + type);
    }
    return value;
  }
}
