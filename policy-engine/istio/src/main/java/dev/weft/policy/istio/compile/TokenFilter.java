package dev.weft.policy.istio.compile;

import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.RequestAuthentication.JwtRule;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The filter that verifies tokens: one that is there has to be valid, and a request without one
 * goes on. What was verified is told to the filters behind under {@link #NAME}, {@link #PAYLOAD}.
 *
 * <p>It stands behind the providers of {@code CUSTOM} policies, which may put a token into the
 * request or take one away. Where one of them is told what tokens say, a filter of its own in front
 * of them finds that out: it refuses and changes nothing, and what it tells stands under {@link
 * #PRESENTED}, which no rule looks at.
 */
public final class TokenFilter {
  /** Its name, under which it tells what it found. */
  public static final String NAME = "envoy.filters.http.jwt_authn";

  /** Where in that the claims are. */
  public static final String PAYLOAD = "payload";

  /** Where the claims are of the token that the request came with, before providers are asked. */
  public static final String PRESENTED = "presented";

  /** The name of the filter in front of the providers. */
  public static final String LOOK = "authorization.tokens";

  /**
   * A point of P-256 that nobody has the private key of: its x is the SHA-256 of {@code weft:
   * nobody holds this key 0}. In the place of keys that were never fetched it refuses every token.
   */
  public static final String NOBODYS_KEY =
      """
      {"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","kid":"nobody",\
      "x":"BRAe1aht9atZ5xTcSq8rjpdlrQcXoYC1D0R2FTnM6zU",\
      "y":"riEVy3rrjQjQyLjENWLCK7ylTa4Cht378P8cZUsPA8w"}]}\
      """;

  /** Rules for one workload: more are refused by sidecars. */
  public static final int MOST = 64;

  private TokenFilter() {}

  /** What refuses; empty: no tokens are asked about. */
  static Optional<HttpFilter> of(ChainPolicies policies) {
    if (policies.tokens().isEmpty()) {
      return Optional.empty();
    }
    JwtAuthentication.Builder filter = JwtAuthentication.newBuilder().setBypassCorsPreflight(true);
    List<JwtRequirement> valid = new ArrayList<>();
    List<JwtRequirement> validOrMissing = new ArrayList<>();
    for (int i = 0; i < policies.tokens().size(); i++) {
      String name = "origins-" + i;
      filter.putProviders(name, enforced(policies.tokens().get(i)));
      JwtRequirement one = JwtRequirement.newBuilder().setProviderName(name).build();
      valid.add(one);
      validOrMissing.add(any(List.of(one, missing())));
    }
    return Optional.of(filter(NAME, filter, requirement(valid, validOrMissing)));
  }

  /** What tells providers; empty: there are no tokens, or nobody who is told of them. */
  static Optional<HttpFilter> look(ChainPolicies policies) {
    boolean told =
        policies.providers().values().stream()
            .anyMatch(provider -> provider.protocol() instanceof Provider.Protocol.Grpc);
    if (!told || policies.tokens().isEmpty()) {
      return Optional.empty();
    }
    JwtAuthentication.Builder filter = JwtAuthentication.newBuilder().setBypassCorsPreflight(true);
    List<JwtRequirement> any = new ArrayList<>();
    for (int i = 0; i < policies.tokens().size(); i++) {
      String name = "presented-" + i;
      filter.putProviders(
          name,
          provider(policies.tokens().get(i))
              // Whoever looks at the token next finds it.
              .setForward(true)
              .setPayloadInMetadata(PRESENTED)
              .build());
      any.add(JwtRequirement.newBuilder().setProviderName(name).build());
    }
    // In the order of the other filter, so that both find the same one of several.
    any.add(
        JwtRequirement.newBuilder().setAllowMissingOrFailed(Empty.getDefaultInstance()).build());
    return Optional.of(filter(LOOK, filter, any(any)));
  }

  private static HttpFilter filter(
      String name, JwtAuthentication.Builder filter, JwtRequirement requirement) {
    filter.addRules(
        RequirementRule.newBuilder()
            .setMatch(RouteMatch.newBuilder().setPrefix("/"))
            .setRequires(requirement));
    return HttpFilter.newBuilder().setName(name).setTypedConfig(Any.pack(filter.build())).build();
  }

  /**
   * One provider's, or all that are there are valid. With several, a token that one of them accepts
   * is also enough: where they look at the same places, the others find a token that is not theirs.
   */
  private static JwtRequirement requirement(
      List<JwtRequirement> valid, List<JwtRequirement> validOrMissing) {
    if (valid.size() == 1) {
      return validOrMissing.getFirst();
    }
    List<JwtRequirement> all = new ArrayList<>(valid);
    all.add(
        JwtRequirement.newBuilder()
            .setRequiresAll(JwtRequirementAndList.newBuilder().addAllRequirements(validOrMissing))
            .build());
    return any(all);
  }

  private static JwtRequirement any(List<JwtRequirement> requirements) {
    return JwtRequirement.newBuilder()
        .setRequiresAny(JwtRequirementOrList.newBuilder().addAllRequirements(requirements))
        .build();
  }

  private static JwtRequirement missing() {
    return JwtRequirement.newBuilder().setAllowMissing(Empty.getDefaultInstance()).build();
  }

  private static JwtProvider enforced(ChainPolicies.Tokens tokens) {
    JwtRule rule = tokens.rule();
    JwtProvider.Builder provider =
        provider(tokens)
            .setForward(rule.forward())
            .setForwardPayloadHeader(rule.payloadHeader())
            .setPayloadInMetadata(PAYLOAD);
    rule.claimHeaders()
        .forEach(header ->
            provider.addClaimToHeaders(
                JwtClaimToHeader.newBuilder()
                    .setHeaderName(header.header())
                    .setClaimName(header.claim())));
    return provider.build();
  }

  /** What makes a token valid, and where it is. */
  private static JwtProvider.Builder provider(ChainPolicies.Tokens tokens) {
    JwtRule rule = tokens.rule();
    TreeSet<String> spaced = new TreeSet<>(rule.spaceDelimitedClaims());
    spaced.add("permission");
    spaced.add("scope");
    JwtProvider.Builder provider =
        JwtProvider.newBuilder()
            .setIssuer(rule.issuer())
            .addAllAudiences(rule.audiences())
            .setNormalizePayloadInMetadata(
                JwtProvider.NormalizePayload.newBuilder().addAllSpaceDelimitedClaims(spaced))
            .addAllFromParams(rule.params())
            .addAllFromCookies(rule.cookies())
            .setLocalJwks(
                DataSource.newBuilder()
                    .setInlineString(tokens.jwks().isEmpty() ? NOBODYS_KEY : tokens.jwks()));
    rule.headers()
        .forEach(header ->
            provider.addFromHeaders(
                JwtHeader.newBuilder().setName(header.name()).setValuePrefix(header.prefix())));
    return provider;
  }
}
