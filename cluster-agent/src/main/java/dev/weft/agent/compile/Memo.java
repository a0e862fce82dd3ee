package dev.weft.agent.compile;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Remembers for each key what was made last and of what: the same value again, by identity, while
 * the input is equal. Not thread-safe.
 */
final class Memo<K, I, V> {
  private record Made<I, V>(I input, V value) {}

  private final Map<K, Made<I, V>> made = new HashMap<>();
  private final Set<K> used = new HashSet<>();
  private long count;

  V get(K key, I input, Function<I, V> make) {
    used.add(key);
    Made<I, V> before = made.get(key);
    if (before != null && before.input().equals(input)) {
      return before.value();
    }
    V value = make.apply(input);
    count++;
    made.put(key, new Made<>(input, value));
    return value;
  }

  /** Forgets what was not asked for since the last call. */
  void sweep() {
    made.keySet().retainAll(used);
    used.clear();
  }

  /** How often something was made. */
  long count() {
    return count;
  }
}
