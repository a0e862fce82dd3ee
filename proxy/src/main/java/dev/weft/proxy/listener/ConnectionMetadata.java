package dev.weft.proxy.listener;

import dev.weft.policy.authz.Metadata;
import dev.weft.proxy.LoopConfined;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the filters of a connection tell those after them (Envoy's dynamic metadata). */
@LoopConfined
final class ConnectionMetadata implements Metadata {
  private final Map<String, Map<String, ?>> byNamespace = HashMap.newHashMap(0);

  @Override
  public @Nullable Map<String, ?> get(String namespace) {
    return byNamespace.get(namespace);
  }

  /** Adds to what was said under the name. */
  void add(String namespace, Map<String, ?> values) {
    Map<String, ?> before = byNamespace.get(namespace);
    if (before == null) {
      byNamespace.put(namespace, values);
    } else {
      Map<String, @Nullable Object> both = new HashMap<>(before);
      both.putAll(values);
      byNamespace.put(namespace, both);
    }
  }

  /** Says what the other says, and nothing else. */
  void become(ConnectionMetadata other) {
    byNamespace.clear();
    byNamespace.putAll(other.byNamespace);
  }
}
