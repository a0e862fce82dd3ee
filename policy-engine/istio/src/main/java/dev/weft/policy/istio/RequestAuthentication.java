package dev.weft.policy.istio;

import java.util.List;

/** {@code security.istio.io} {@code RequestAuthentication}: tokens that are present are valid. */
public record RequestAuthentication(PolicyName name, Attachment attachment, List<JwtRule> rules)
    implements SecurityPolicy {

  public RequestAuthentication {
    rules = List.copyOf(rules);
  }

  /**
   * Tokens of one issuer.
   *
   * @param issuer empty: any that the keys verify
   * @param audiences one has to be the token's; empty: any
   * @param keys where they come from
   * @param headers where tokens are looked for; with {@code params} and {@code cookies} empty:
   *     {@code Authorization: Bearer} and the query parameter {@code access_token}
   * @param payloadHeader gets the verified payload; empty: none does
   * @param timeoutMillis how long a fetch of the keys may take
   */
  public record JwtRule(
      String issuer,
      List<String> audiences,
      Keys keys,
      List<Header> headers,
      List<String> params,
      List<String> cookies,
      boolean forward,
      String payloadHeader,
      List<ClaimHeader> claimHeaders,
      List<String> spaceDelimitedClaims,
      long timeoutMillis) {
    public JwtRule {
      audiences = List.copyOf(audiences);
      headers = List.copyOf(headers);
      params = List.copyOf(params);
      cookies = List.copyOf(cookies);
      claimHeaders = List.copyOf(claimHeaders);
      spaceDelimitedClaims = List.copyOf(spaceDelimitedClaims);
    }
  }

  /** Where keys come from. */
  public sealed interface Keys {
    /** They are written down: a JSON web key set of public keys. */
    record Inline(String jwks) implements Keys {}

    /** They are fetched from here. */
    record At(String uri) implements Keys {}

    /** The issuer's OpenID configuration says where they are. */
    record Discovered(String issuer) implements Keys {}
  }

  /**
   * A header with a token.
   *
   * @param prefix in front of the token; empty: none
   */
  public record Header(String name, String prefix) {}

  /**
   * A claim that is passed on.
   *
   * @param claim nested ones with dots between their names
   */
  public record ClaimHeader(String header, String claim) {}
}
