package dev.weft.policy.istio.compile;

import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.RequestAuthentication.JwtRule;
import java.util.List;

/**
 * What holds for one workload.
 *
 * @param authorization in the order of their names
 * @param tokens in the order of their issuers
 */
public record ChainPolicies(List<AuthorizationPolicy> authorization, List<Tokens> tokens) {

  /** Nothing was written. */
  public static final ChainPolicies NONE = new ChainPolicies(List.of(), List.of());

  public ChainPolicies {
    authorization = List.copyOf(authorization);
    tokens = List.copyOf(tokens);
  }

  /**
   * Tokens of one issuer.
   *
   * @param jwks a JSON web key set; empty: it was never fetched
   */
  public record Tokens(JwtRule rule, String jwks) {}
}
