package dev.weft.agent.state;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One map of the state while it is being folded: mutable inside, seen from outside as an immutable
 * map that stays the same object as long as nothing changed, so that readers can tell by identity
 * what they need not look at again. Confined to the state's owner.
 */
final class Slice<K, V> {
  private final Map<K, V> entries = new HashMap<>();
  private @Nullable Map<K, V> view;

  @Nullable V get(K key) {
    return entries.get(key);
  }

  boolean contains(K key) {
    return entries.containsKey(key);
  }

  /** Stores the value unless an equal one is there; says whether something changed. */
  boolean put(K key, V value) {
    if (value.equals(entries.get(key))) {
      return false;
    }
    entries.put(key, value);
    view = null;
    return true;
  }

  /** Says whether something was there. */
  boolean remove(K key) {
    boolean changed = entries.remove(key) != null;
    if (changed) {
      view = null;
    }
    return changed;
  }

  /** Removes every key that is not among these; says whether something changed. */
  boolean retain(Set<K> keys) {
    boolean changed = entries.keySet().retainAll(keys);
    if (changed) {
      view = null;
    }
    return changed;
  }

  /** The content now. */
  Map<K, V> view() {
    Map<K, V> now = view;
    if (now == null) {
      now = Map.copyOf(entries);
      view = now;
    }
    return now;
  }
}
