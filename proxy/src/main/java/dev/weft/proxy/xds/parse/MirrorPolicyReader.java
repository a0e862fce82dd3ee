package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.Fraction;
import dev.weft.proxy.config.MirrorPolicy;
import io.envoyproxy.envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import java.util.ArrayList;
import java.util.List;

/** {@code envoy.config.route.v3.RouteAction.RequestMirrorPolicy}. */
final class MirrorPolicyReader {
  private static final int MOST = 8;

  private MirrorPolicyReader() {}

  /**
   * Reads those of one level.
   *
   * @param inherited what counts where the level has none
   */
  static List<MirrorPolicy> read(
      List<RequestMirrorPolicy> protos, List<MirrorPolicy> inherited, Problems problems) {
    if (protos.size() > MOST) {
      problems.add("has " + protos.size() + " entries, at most " + MOST);
    }
    List<MirrorPolicy> policies = new ArrayList<>();
    for (int i = 0; i < protos.size(); i++) {
      RequestMirrorPolicy proto = protos.get(i);
      Problems at = problems.item(i);
      policies.add(
          new MirrorPolicy(
              Texts.required(proto.getCluster(), at.field("cluster")),
              proto.hasRuntimeFraction()
                  ? RouteMatchReader.fraction(
                      proto.getRuntimeFraction(), at.field("runtime_fraction"))
                  : Fraction.ALL,
              !proto.getDisableShadowHostSuffixAppend()));
    }
    return protos.isEmpty() ? inherited : policies;
  }
}
