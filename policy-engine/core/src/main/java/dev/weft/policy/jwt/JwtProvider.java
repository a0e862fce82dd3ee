package dev.weft.policy.jwt;

/**
 * One who makes tokens, and what is done with them ({@code
 * envoy.extensions.filters.http.jwt_authn.v3.JwtProvider}).
 *
 * @param cacheSize verified tokens that each worker remembers; 0: none
 * @param cacheTokenBytes of a token that is remembered
 */
public record JwtProvider(
    TokenRules rules,
    JwksSource keys,
    TokenLocations from,
    TokenForwarding forwarding,
    int cacheSize,
    int cacheTokenBytes) {

  /** Envoy's, where nothing is said. */
  public static final int USUAL_CACHE = 100;

  /** Envoy's, where nothing is said. */
  public static final int USUAL_CACHE_TOKEN_BYTES = 4096;

  /** The same, remembering nothing. */
  public JwtProvider forgetting() {
    return new JwtProvider(rules, keys, from, forwarding, 0, 0);
  }
}
