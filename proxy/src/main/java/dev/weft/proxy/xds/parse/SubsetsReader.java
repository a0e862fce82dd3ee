package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.Subsets;
import dev.weft.proxy.config.Subsets.Fallback;
import dev.weft.proxy.config.Subsets.Selector;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbSubsetConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.cluster.v3.Cluster.LbSubsetConfig}. */
final class SubsetsReader {
  private SubsetsReader() {}

  static Subsets read(LbSubsetConfig proto, Problems problems) {
    if (proto.getSubsetSelectorsCount() == 0) {
      problems.field("subset_selectors").add("needs at least one");
    }
    List<Selector> selectors = new ArrayList<>();
    for (int i = 0; i < proto.getSubsetSelectorsCount(); i++) {
      LbSubsetSelector selector = proto.getSubsetSelectors(i);
      Problems at = problems.field("subset_selectors").item(i);
      if (selector.getKeysCount() == 0) {
        at.field("keys").add("needs at least one");
      }
      selectors.add(
          new Selector(
              Set.copyOf(selector.getKeysList()), fallback(selector, at.field("fallback_policy"))));
    }
    return new Subsets(
        switch (proto.getFallbackPolicy()) {
          // What is not recognised FieldCheck has reported already.
          case NO_FALLBACK, UNRECOGNIZED -> Fallback.NO_FALLBACK;
          case ANY_ENDPOINT -> Fallback.ANY_ENDPOINT;
          case DEFAULT_SUBSET -> Fallback.DEFAULT_SUBSET;
        },
        TransportSocketsReader.strings(proto.getDefaultSubset(), problems.field("default_subset")),
        selectors);
  }

  private static @Nullable Fallback fallback(LbSubsetSelector proto, Problems problems) {
    return switch (proto.getFallbackPolicy()) {
      case NOT_DEFINED, UNRECOGNIZED -> null;
      case NO_FALLBACK -> Fallback.NO_FALLBACK;
      case ANY_ENDPOINT -> Fallback.ANY_ENDPOINT;
      case DEFAULT_SUBSET -> Fallback.DEFAULT_SUBSET;
      case KEYS_SUBSET -> {
        problems.add("is not supported: " + proto.getFallbackPolicyValue());
        yield null;
      }
    };
  }
}
