package dev.weft.policy.istio.compile;

import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.Rule;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.match.StringMatcher;
import java.util.Collection;
import java.util.List;

/** Who may connect at all, before any policy is asked: rules of connections. Pure. */
public final class CallerRules {
  private CallerRules() {}

  /**
   * Callers of these trust domains. A rule for each, named as it is, so that a decision says which
   * one let the caller in.
   */
  public static RbacPolicy of(Collection<TrustDomain> domains) {
    return new RbacPolicy(
        RbacPolicy.Action.ALLOW,
        domains.stream()
            .map(domain ->
                new Rule(
                    domain.name(),
                    List.of(new Permission.Any()),
                    List.of(new Principal.Authenticated(StringMatcher.prefix(domain.idPrefix())))))
            .toList());
  }
}
