package dev.weft.proxy.config;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.cluster.v3.Cluster.LbSubsetConfig}: hosts with the same metadata are balanced
 * over together.
 *
 * @param fallback for requests that ask for no subset or for keys of no selector
 * @param defaultSubset for {@link Fallback#DEFAULT_SUBSET}
 * @param selectors none: no subsets
 */
public record Subsets(
    Fallback fallback, Map<String, String> defaultSubset, List<Selector> selectors) {
  public static final Subsets NONE = new Subsets(Fallback.ANY_ENDPOINT, Map.of(), List.of());

  public Subsets {
    defaultSubset = Map.copyOf(defaultSubset);
    selectors = List.copyOf(selectors);
  }

  /** Where requests go whose subset is not there. */
  public enum Fallback {
    NO_FALLBACK,
    ANY_ENDPOINT,
    DEFAULT_SUBSET
  }

  /**
   * Keys that make subsets.
   *
   * @param fallback where no host has the values; {@code null}: the upstream's
   */
  public record Selector(Set<String> keys, @Nullable Fallback fallback) {
    public Selector {
      keys = Set.copyOf(keys);
    }
  }

  /** The selector with exactly these keys; {@code null}: none. */
  public @Nullable Selector selector(Set<String> keys) {
    for (int i = 0; i < selectors.size(); i++) {
      if (selectors.get(i).keys().equals(keys)) {
        return selectors.get(i);
      }
    }
    return null;
  }
}
