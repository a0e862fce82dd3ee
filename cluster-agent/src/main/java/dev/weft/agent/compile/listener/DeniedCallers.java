package dev.weft.agent.compile.listener;

import dev.weft.agent.model.DeniedPeers;
import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.Rule;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.RbacCodec;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The deny list in front of everything else that an inbound chain has: a network RBAC filter that
 * denies by the peer's URI name, which an Envoy obeys too. Absent while nobody is denied. While an
 * entry of the list cannot be read, it denies everybody of another trust domain.
 */
public final class DeniedCallers {
  private static final String STAT_PREFIX = "denied";

  /** The rule's name while an entry of the list does not say whom it means. */
  private static final String UNREADABLE = "unreadable-denials";

  private DeniedCallers() {}

  /**
   * What it depends on.
   *
   * @param own this cluster's trust domain
   */
  public record Slice(InboundListener.Slice listener, DeniedPeers denied, TrustDomain own) {}

  /** The inbound listener with the list. */
  public static Listener compile(Slice slice) {
    Listener listener = InboundListener.compile(slice.listener());
    if (slice.denied().equals(DeniedPeers.NONE)) {
      return listener;
    }
    Filter deny =
        Filters.network(
            "envoy.filters.network.rbac",
            RBAC.newBuilder()
                .setStatPrefix(STAT_PREFIX)
                .setRules(RbacCodec.encode(policy(slice.denied(), slice.own())))
                .build());
    Listener.Builder with = listener.toBuilder();
    for (FilterChain.Builder chain : with.getFilterChainsBuilderList()) {
      // Without TLS nobody has an identity.
      if (chain.hasTransportSocket()) {
        chain.addFilters(0, deny);
      }
    }
    return with.build();
  }

  /**
   * A rule for each, named as it is, so that a decision says who was denied.
   *
   * @param own this cluster's trust domain
   */
  public static RbacPolicy policy(DeniedPeers denied, TrustDomain own) {
    List<Rule> rules = new ArrayList<>();
    denied.identities().stream()
        .sorted(Comparator.comparing(SpiffeId::uri))
        .map(identity ->
            rule(
                identity.uri(),
                new Principal.Authenticated(new StringMatcher.Exact(identity.uri(), false))))
        .forEach(rules::add);
    if (!denied.complete()) {
      rules.add(
          rule(
              UNREADABLE,
              new Principal.Not(
                  new Principal.Authenticated(
                      new StringMatcher.Prefix("spiffe://" + own.name() + "/", false)))));
    }
    return new RbacPolicy(RbacPolicy.Action.DENY, rules);
  }

  private static Rule rule(String name, Principal principal) {
    return new Rule(name, List.of(new Permission.Any()), List.of(principal));
  }
}
