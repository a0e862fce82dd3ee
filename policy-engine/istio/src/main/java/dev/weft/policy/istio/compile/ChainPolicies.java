package dev.weft.policy.istio.compile;

import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.RequestAuthentication.JwtRule;
import java.util.List;
import java.util.Map;

/**
 * What holds for one workload.
 *
 * @param authorization in the order of their names
 * @param tokens in the order of their issuers
 * @param providers those that its {@code CUSTOM} policies name and that there are, by name
 * @param told what these are told of the workload; empty: there are none
 */
public record ChainPolicies(
    List<AuthorizationPolicy> authorization,
    List<Tokens> tokens,
    Map<String, Provider> providers,
    Map<String, String> told) {

  /** Nothing was written. */
  public static final ChainPolicies NONE = new ChainPolicies(List.of(), List.of());

  public ChainPolicies {
    authorization = List.copyOf(authorization);
    tokens = List.copyOf(tokens);
    providers = Map.copyOf(providers);
    told = Map.copyOf(told);
  }

  /** With nobody to ask. */
  public ChainPolicies(List<AuthorizationPolicy> authorization, List<Tokens> tokens) {
    this(authorization, tokens, Map.of(), Map.of());
  }

  /**
   * Tokens of one issuer.
   *
   * @param jwks a JSON web key set; empty: it was never fetched
   */
  public record Tokens(JwtRule rule, String jwks) {}
}
