package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import java.util.List;
import java.util.Set;

/** Envoy's short names (access log documentation, {@code %RESPONSE_FLAGS%}). */
final class ResponseFlags {
  private static final Set<String> FLAGS =
      Set.of(
          "DC", "DF", "DI", "DO", "DPE", "DR", "DT", "FI", "IH", "LH", "LR", "NC", "NFCF", "NR",
          "OM", "RFCF", "RL", "RLSE", "SI", "UAEX", "UC", "UF", "UH", "UMSDR", "UO", "UPE", "UR",
          "URX", "UT");

  private ResponseFlags() {}

  static Set<String> read(List<String> flags, Problems problems) {
    for (int i = 0; i < flags.size(); i++) {
      if (!FLAGS.contains(flags.get(i))) {
        problems.item(i).add("is not a response flag: " + Texts.quoted(flags.get(i)));
      }
    }
    return Set.copyOf(flags);
  }
}
