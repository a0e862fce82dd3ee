package dev.weft.policy.xds;

import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.Rule;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.rbac.v3.RBAC}. Refused are CEL conditions, whose evaluation has no bound that
 * holds for each request, and audit loggers, which are plug-ins of Envoy's.
 */
public final class RbacCodec {

  private RbacCodec() {}

  /** Where the rules are held against something; a connection has no headers and no path. */
  public enum Layer {
    NETWORK,
    HTTP
  }

  /** Reads one; {@code null} when problems were added. */
  public static @Nullable RbacPolicy decode(RBAC proto, Layer layer, Problems problems) {
    int before = problems.count();
    problems.refuseAllBut(proto, Set.of("action", "policies"));
    RbacPolicy.Action action =
        switch (proto.getAction()) {
          case ALLOW -> RbacPolicy.Action.ALLOW;
          case DENY -> RbacPolicy.Action.DENY;
          case LOG -> RbacPolicy.Action.LOG;
          case UNRECOGNIZED -> null;
        };
    if (action == null) {
      problems.field("action").add("is not supported: " + proto.getActionValue());
    }
    List<Rule> rules = new ArrayList<>();
    // In the order of their names, so that problems come in an order that does not change.
    new TreeMap<>(proto.getPoliciesMap())
        .forEach((name, policy) -> {
          Rule rule = decodeRule(name, policy, layer, problems.field("policies").entry(name));
          if (rule != null) {
            rules.add(rule);
          }
        });
    return action == null || problems.count() != before ? null : new RbacPolicy(action, rules);
  }

  private static @Nullable Rule decodeRule(
      String name, Policy proto, Layer layer, Problems problems) {
    int before = problems.count();
    problems.refuseAllBut(proto, Set.of("permissions", "principals"));
    List<Permission> permissions =
        PermissionCodec.decodeAll(proto.getPermissionsList(), layer, problems.field("permissions"));
    List<Principal> principals =
        PrincipalCodec.decodeAll(proto.getPrincipalsList(), layer, problems.field("principals"));
    return problems.count() == before ? new Rule(name, permissions, principals) : null;
  }

  /** Writes one. */
  public static RBAC encode(RbacPolicy policy) {
    RBAC.Builder proto =
        RBAC.newBuilder()
            .setAction(
                switch (policy.action()) {
                  case ALLOW -> RBAC.Action.ALLOW;
                  case DENY -> RBAC.Action.DENY;
                  case LOG -> RBAC.Action.LOG;
                });
    for (Rule rule : policy.rules()) {
      proto.putPolicies(
          rule.name(),
          Policy.newBuilder()
              .addAllPermissions(PermissionCodec.encodeAll(rule.permissions()))
              .addAllPrincipals(PrincipalCodec.encodeAll(rule.principals()))
              .build());
    }
    return proto.build();
  }
}
