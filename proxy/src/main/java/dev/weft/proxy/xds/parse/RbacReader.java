package dev.weft.proxy.xds.parse;

import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.xds.Problems;
import dev.weft.policy.xds.RbacCodec;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.NetworkRbac;
import dev.weft.proxy.config.RbacRules;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** RBAC of requests and of connections. */
final class RbacReader {
  private RbacReader() {}

  static FilterSettings http(RBAC proto, Problems problems) {
    return new FilterSettings.Rbac(
        new RbacRules(
            policy(
                proto.hasRules(), proto.getRules(), RbacCodec.Layer.HTTP, problems.field("rules")),
            policy(
                proto.hasShadowRules(),
                proto.getShadowRules(),
                RbacCodec.Layer.HTTP,
                problems.field("shadow_rules")),
            proto.getRulesStatPrefix(),
            proto.getShadowRulesStatPrefix(),
            proto.getTrackPerRuleStats()));
  }

  /** Without rules of its own a route has none. */
  static FilterSettings route(RBACPerRoute proto, Problems problems) {
    return proto.hasRbac()
        ? http(proto.getRbac(), problems.field("rbac"))
        : new FilterSettings.Rbac(RbacRules.NONE);
  }

  static NetworkRbac network(
      io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC proto, Problems problems) {
    return new NetworkRbac(
        new RbacRules(
            policy(
                proto.hasRules(),
                proto.getRules(),
                RbacCodec.Layer.NETWORK,
                problems.field("rules")),
            policy(
                proto.hasShadowRules(),
                proto.getShadowRules(),
                RbacCodec.Layer.NETWORK,
                problems.field("shadow_rules")),
            Texts.required(proto.getStatPrefix(), problems.field("stat_prefix")),
            proto.getShadowRulesStatPrefix(),
            false),
        Durations.zeroOrMore(
            proto.hasDelayDeny(),
            proto.getDelayDeny(),
            Duration.ZERO,
            problems.field("delay_deny")));
  }

  private static @Nullable RbacPolicy policy(
      boolean set,
      io.envoyproxy.envoy.config.rbac.v3.RBAC proto,
      RbacCodec.Layer layer,
      Problems problems) {
    return set ? RbacCodec.decode(proto, layer, problems) : null;
  }
}
