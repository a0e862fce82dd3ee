package dev.weft.policy.istio.decide;

import dev.weft.policy.istio.compile.TokenFilter;
import dev.weft.policy.istio.decide.FoundToken.Place;
import dev.weft.policy.jwt.Audiences;
import dev.weft.policy.jwt.ClaimText;
import dev.weft.policy.jwt.Jwks;
import dev.weft.policy.jwt.JwksSource;
import dev.weft.policy.jwt.Jwt;
import dev.weft.policy.jwt.JwtParser;
import dev.weft.policy.jwt.JwtPolicy;
import dev.weft.policy.jwt.JwtProvider;
import dev.weft.policy.jwt.JwtRefusal;
import dev.weft.policy.jwt.JwtRequirement;
import dev.weft.policy.jwt.JwtResult;
import dev.weft.policy.jwt.JwtRule;
import dev.weft.policy.jwt.JwtToken;
import dev.weft.policy.jwt.JwtVerifier;
import dev.weft.policy.jwt.ParsedJwt;
import dev.weft.policy.jwt.TokenForwarding;
import dev.weft.policy.match.QueryString;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks a request for tokens, as the sidecar's filter does; keys are in the configuration, so nobody
 * waits. Belongs to one thread.
 */
final class TokenCheck {
  private final JwtPolicy<String> policy;
  private final Map<String, Provider> providers = new TreeMap<>();

  /**
   * @param keys {@code null}: they were never fetched
   */
  private record Provider(JwtProvider settings, JwtVerifier verifier, @Nullable Jwks keys) {}

  TokenCheck(JwtPolicy<String> policy, InstantSource clock) {
    this.policy = policy;
    policy
        .providers()
        .forEach((name, settings) ->
            providers.put(
                name,
                new Provider(
                    settings, new JwtVerifier(settings.forgetting(), clock), keys(settings))));
  }

  private static @Nullable Jwks keys(JwtProvider settings) {
    return settings.keys() instanceof JwksSource.Inline(String json)
            && !json.equals(TokenFilter.NOBODYS_KEY)
            && Jwks.read(json.getBytes(StandardCharsets.UTF_8)) instanceof Jwks keys
        ? keys
        : null;
  }

  /** Why the request is refused; {@code null}: it is not. */
  @Nullable JwtRefusal check(SampleRequest request) {
    if (policy.bypassPreflight() && isPreflight(request)) {
      return null;
    }
    for (JwtRule<String> rule : policy.rules()) {
      if (request.path().startsWith(rule.match())) {
        return run(rule.requires(), request);
      }
    }
    return null;
  }

  private static boolean isPreflight(SampleRequest request) {
    return "OPTIONS".equals(request.field(":method"))
        && isThere(request.field("origin"))
        && isThere(request.field("access-control-request-method"));
  }

  private static boolean isThere(@Nullable String value) {
    return value != null && !value.isEmpty();
  }

  private @Nullable JwtRefusal run(JwtRequirement requirement, SampleRequest request) {
    return switch (requirement) {
      case JwtRequirement.Nothing _ -> null;
      case JwtRequirement.Provider(String name, List<String> audiences) ->
          one(provider(name), audiences.isEmpty() ? null : new Audiences(audiences), request);
      case JwtRequirement.AnyOf(var all) -> anyOf(all, request);
      case JwtRequirement.AllOf(var all) -> {
        JwtRefusal refusal = null;
        for (int i = 0; i < all.size() && refusal == null; i++) {
          refusal = run(all.get(i), request);
        }
        yield refusal;
      }
      case JwtRequirement.AllowMissing _ -> whichever(false, request);
      case JwtRequirement.AllowMissingOrFailed _ -> whichever(true, request);
    };
  }

  private Provider provider(String name) {
    Provider provider = providers.get(name);
    if (provider == null) {
      throw new IllegalStateException("a provider that reading has not found: " + name);
    }
    return provider;
  }

  private @Nullable JwtRefusal anyOf(List<JwtRequirement> all, SampleRequest request) {
    boolean missing = all.stream().anyMatch(JwtRequirement.AllowMissing.class::isInstance);
    boolean failed = all.stream().anyMatch(JwtRequirement.AllowMissingOrFailed.class::isInstance);
    List<JwtRequirement> asked =
        all.stream()
            .filter(one ->
                !(one instanceof JwtRequirement.AllowMissing)
                    && !(one instanceof JwtRequirement.AllowMissingOrFailed))
            .toList();
    if (asked.isEmpty()) {
      return whichever(failed, request);
    }
    JwtRefusal so = JwtRefusal.MISSING;
    for (JwtRequirement one : asked) {
      JwtRefusal refusal = run(one, request);
      if (refusal == null) {
        return null;
      }
      // A token that was meant for one of them says more than that others had none.
      boolean meant = refusal != JwtRefusal.MISSING && refusal != JwtRefusal.ISSUER_UNKNOWN;
      so = meant || so == JwtRefusal.MISSING ? refusal : so;
    }
    return failed || (missing && so == JwtRefusal.MISSING) ? null : so;
  }

  /** All tokens have to be good, the last found first. */
  private @Nullable JwtRefusal one(
      Provider provider, @Nullable Audiences audiences, SampleRequest request) {
    List<FoundToken> found = new TokenSearch(List.of(provider.settings())).find(request);
    JwtRefusal refusal = found.isEmpty() ? JwtRefusal.MISSING : null;
    for (int i = found.size() - 1; i >= 0 && refusal == null; i--) {
      refusal = judge(found.get(i), provider, audiences, request);
    }
    return refusal;
  }

  /** Of several the last one judged counts. */
  private @Nullable JwtRefusal whichever(boolean failed, SampleRequest request) {
    List<FoundToken> found =
        new TokenSearch(providers.values().stream().map(Provider::settings).toList()).find(request);
    JwtRefusal refusal = null;
    for (int i = found.size() - 1; i >= 0; i--) {
      FoundToken token = found.get(i);
      refusal =
          switch (JwtParser.parse(token.text())) {
            case ParsedJwt.Malformed(JwtRefusal why) -> why;
            case ParsedJwt.Sound sound -> {
              Provider provider = ofIssuer(sound.jwt().issuer());
              yield provider == null
                  ? JwtRefusal.ISSUER_UNKNOWN
                  : judge(token, provider, null, request);
            }
          };
    }
    return failed ? null : refusal;
  }

  private @Nullable Provider ofIssuer(String issuer) {
    Provider any = null;
    for (Provider provider : providers.values()) {
      String of = provider.settings().rules().issuer();
      if (of.equals(issuer)) {
        return provider;
      }
      any = any == null && of.isEmpty() ? provider : any;
    }
    return any;
  }

  private static @Nullable JwtRefusal judge(
      FoundToken token, Provider provider, @Nullable Audiences audiences, SampleRequest request) {
    JwtResult result =
        request.isAssumed(token.text())
            ? assumed(token, provider, audiences, request.isGenuine())
            : provider
                .verifier()
                .verify(new JwtToken(token.text()), token.from(), audiences, provider.keys());
    return switch (result) {
      case JwtResult.Verified verified -> {
        passOn(token, provider.settings().forwarding(), verified, request);
        yield null;
      }
      case JwtResult.Refused(JwtRefusal why) -> why;
      // In the place of keys that are not there stands one that nobody has.
      case JwtResult.NeedsKeys _ -> JwtRefusal.KEY_UNKNOWN;
    };
  }

  /** Without keys the verifier judges all but the signature; of that one it is said how it is. */
  private static JwtResult assumed(
      FoundToken token, Provider provider, @Nullable Audiences audiences, boolean genuine) {
    return switch (JwtParser.parse(token.text())) {
      case ParsedJwt.Malformed(JwtRefusal why) -> new JwtResult.Refused(why);
      case ParsedJwt.Sound sound -> {
        JwtResult result = provider.verifier().verify(sound, token.from(), audiences, null);
        if (!(result instanceof JwtResult.NeedsKeys) || provider.keys() == null) {
          yield result;
        }
        yield genuine
            ? provider.verifier().genuine(sound)
            : new JwtResult.Refused(JwtRefusal.VERIFICATION_FAILED);
      }
    };
  }

  private static void passOn(
      FoundToken token,
      TokenForwarding wanted,
      JwtResult.Verified verified,
      SampleRequest request) {
    Jwt jwt = verified.jwt();
    if (!wanted.payloadHeader().isEmpty()) {
      request.add(wanted.payloadHeader(), jwt.payload());
    }
    for (TokenForwarding.ClaimHeader claim : wanted.claimHeaders()) {
      String value = ClaimText.of(jwt.claims(), claim.claim());
      if (!value.isEmpty()) {
        request.add(claim.header(), value);
      }
    }
    if (!wanted.keep()) {
      switch (token.place()) {
        case Place.Header(String name) -> request.remove(name);
        case Place.Param(String name) -> request.path(QueryString.without(request.path(), name));
        case Place.Cookie _ -> {}
      }
    }
    if (!wanted.payloadMetadata().isEmpty()) {
      request.say(TokenFilter.NAME, Map.of(wanted.payloadMetadata(), verified.told()));
    }
  }
}
