package dev.weft.agent.compile.listener;

import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.Rule;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.RbacCodec;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The deny list in front of everything else that an inbound chain has: a network RBAC filter that
 * denies by the peer's URI name, which an Envoy obeys too. Absent while nobody is denied.
 */
public final class DeniedCallers {
  private static final String STAT_PREFIX = "denied";

  private DeniedCallers() {}

  /**
   * What it depends on.
   *
   * @param identities of whichever trust domain
   */
  public record Slice(InboundListener.Slice listener, Set<SpiffeId> identities) {
    public Slice {
      identities = Set.copyOf(identities);
    }
  }

  /** The inbound listener with the list. */
  public static Listener compile(Slice slice) {
    Listener listener = InboundListener.compile(slice.listener());
    if (slice.identities().isEmpty()) {
      return listener;
    }
    Filter deny =
        Filters.network(
            "envoy.filters.network.rbac",
            RBAC.newBuilder()
                .setStatPrefix(STAT_PREFIX)
                .setRules(RbacCodec.encode(policy(slice.identities())))
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

  /** A rule for each, named as it is, so that a decision says who was denied. */
  private static RbacPolicy policy(Set<SpiffeId> identities) {
    return new RbacPolicy(
        RbacPolicy.Action.DENY,
        identities.stream()
            .sorted(Comparator.comparing(SpiffeId::uri))
            .map(identity ->
                new Rule(
                    identity.uri(),
                    List.of(new Permission.Any()),
                    List.of(
                        new Principal.Authenticated(
                            new StringMatcher.Exact(identity.uri(), false)))))
            .toList());
  }
}
