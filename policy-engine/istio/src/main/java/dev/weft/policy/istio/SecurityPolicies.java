package dev.weft.policy.istio;

import dev.weft.policy.istio.RequestAuthentication.Keys;
import java.util.Map;

/**
 * All that was written of the three kinds, the keys that were fetched for them, and who can be
 * asked.
 *
 * @param jwks JSON web key sets of public keys, by where they come from; missing: never fetched
 * @param providers by name
 */
public record SecurityPolicies(
    Map<PolicyName, AuthorizationPolicy> authorization,
    Map<PolicyName, PeerAuthentication> peers,
    Map<PolicyName, RequestAuthentication> requests,
    Map<Keys, String> jwks,
    Map<String, Provider> providers) {

  /** Nothing. */
  public static final SecurityPolicies NONE =
      new SecurityPolicies(Map.of(), Map.of(), Map.of(), Map.of());

  public SecurityPolicies {
    authorization = Map.copyOf(authorization);
    peers = Map.copyOf(peers);
    requests = Map.copyOf(requests);
    jwks = Map.copyOf(jwks);
    providers = Map.copyOf(providers);
  }

  /** With nobody to ask. */
  public SecurityPolicies(
      Map<PolicyName, AuthorizationPolicy> authorization,
      Map<PolicyName, PeerAuthentication> peers,
      Map<PolicyName, RequestAuthentication> requests,
      Map<Keys, String> jwks) {
    this(authorization, peers, requests, jwks, Map.of());
  }
}
