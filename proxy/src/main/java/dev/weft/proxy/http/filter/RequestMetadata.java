package dev.weft.proxy.http.filter;

import dev.weft.policy.authz.Metadata;
import dev.weft.proxy.LoopConfined;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the filters of one request tell those after them (Envoy's dynamic metadata). */
@LoopConfined
public final class RequestMetadata implements Metadata {
  private final Map<String, Map<String, ?>> byNamespace = HashMap.newHashMap(2);

  @Override
  public @Nullable Map<String, ?> get(String namespace) {
    return byNamespace.get(namespace);
  }

  /** Replaces what was said under the name. */
  public void set(String namespace, Map<String, ?> values) {
    byNamespace.put(namespace, values);
  }
}
