package dev.weft.policy.jwt;

import dev.weft.policy.jwt.JwtResult.Refused;
import dev.weft.policy.jwt.JwtResult.Verified;
import dev.weft.policy.match.StringMatcher;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Judges the tokens of one provider: form, issuer, times, audience, subject, lifetime, signature,
 * in Envoy's order. A token that was verified is looked up by its digest from then on; all but its
 * signature is checked each time. Belongs to one thread.
 */
public final class JwtVerifier {
  private final TokenRules rules;
  private final Issuers issuers;
  private final Audiences audiences;
  private final InstantSource clock;
  private final VerifiedTokens verified;
  private final List<String> spaceDelimited;

  /** How often a token did not need its signature checked. */
  private long hits;

  /** By what the provider says of rules, of claims that are lists, and of what is remembered. */
  public JwtVerifier(JwtProvider provider, InstantSource clock) {
    this(
        provider.rules(),
        clock,
        provider.cacheSize(),
        provider.cacheTokenBytes(),
        provider.forwarding().spaceDelimited());
  }

  /**
   * Without claims that are lists.
   *
   * @param cacheSize verified tokens that are remembered; 0: none
   * @param cacheCharacters of a token that is remembered
   */
  public JwtVerifier(TokenRules rules, InstantSource clock, int cacheSize, int cacheCharacters) {
    this(rules, clock, cacheSize, cacheCharacters, List.of());
  }

  private JwtVerifier(
      TokenRules rules,
      InstantSource clock,
      int cacheSize,
      int cacheCharacters,
      List<String> spaceDelimited) {
    this.rules = rules;
    this.issuers = new Issuers(List.of(rules.issuer()));
    this.audiences = new Audiences(rules.audiences());
    this.clock = clock;
    this.verified = new VerifiedTokens(cacheSize, cacheCharacters);
    this.spaceDelimited = spaceDelimited;
  }

  /** Judges a token by the provider's rules. */
  public JwtResult verify(JwtToken token, @Nullable Jwks keys) {
    return verify(token, issuers, null, keys);
  }

  /**
   * Judges a token.
   *
   * @param from whose tokens may be where this one was found
   * @param instead audiences that count instead of the provider's; {@code null}: its own
   * @param keys {@code null}: there are none yet
   */
  public JwtResult verify(
      JwtToken token, Issuers from, @Nullable Audiences instead, @Nullable Jwks keys) {
    Verified known = keys == null ? null : verified.get(token, keys);
    if (known != null) {
      JwtRefusal trouble = trouble(known.jwt(), from, instead);
      if (trouble == null) {
        hits++;
        return known;
      }
      if (trouble == JwtRefusal.EXPIRED) {
        verified.remove(token);
      }
      return new Refused(trouble);
    }
    return switch (JwtParser.parse(token.text())) {
      case ParsedJwt.Malformed(JwtRefusal why) -> new Refused(why);
      case ParsedJwt.Sound sound -> {
        JwtResult result = verify(sound, from, instead, keys);
        if (result instanceof Verified genuine && keys != null) {
          verified.put(token, genuine, keys);
        }
        yield result;
      }
    };
  }

  /** Judges a token that was parsed before, without looking for it among those verified. */
  public JwtResult verify(
      ParsedJwt.Sound token, Issuers from, @Nullable Audiences instead, @Nullable Jwks keys) {
    JwtRefusal trouble = trouble(token.jwt(), from, instead);
    if (trouble != null) {
      return new Refused(trouble);
    }
    if (keys == null) {
      return JwtResult.NeedsKeys.NEEDS_KEYS;
    }
    trouble = signatureTrouble(token, keys);
    return trouble == null ? genuine(token) : new Refused(trouble);
  }

  /** What becomes of a token of which it is known that nothing is wrong with it. */
  public Verified genuine(ParsedJwt.Sound token) {
    return new Verified(token.jwt(), told(token.jwt().claims()));
  }

  /** Made once for a token, however many requests bring it. */
  private Map<String, ?> told(Map<String, ?> claims) {
    Map<String, @Nullable Object> lists = null;
    for (String name : spaceDelimited) {
      if (claims.get(name) instanceof String text) {
        lists = lists == null ? new HashMap<>(claims) : lists;
        lists.put(name, Stream.of(text.split(" ", -1)).filter(one -> !one.isEmpty()).toList());
      }
    }
    return lists == null ? claims : Collections.unmodifiableMap(lists);
  }

  private @Nullable JwtRefusal trouble(Jwt jwt, Issuers from, @Nullable Audiences instead) {
    if (!from.allow(jwt.issuer())) {
      return JwtRefusal.ISSUER_UNKNOWN;
    }
    long now = Math.floorDiv(clock.millis(), 1000L);
    long skew = rules.clockSkew().toSeconds();
    if (now + skew < jwt.notBefore()) {
      return JwtRefusal.NOT_YET_VALID;
    }
    if (jwt.expires() != Jwt.NEVER && now - skew > jwt.expires()) {
      return JwtRefusal.EXPIRED;
    }
    if (!(instead == null ? audiences : instead).allow(jwt.audiences())) {
      return JwtRefusal.AUDIENCE_NOT_ALLOWED;
    }
    StringMatcher subjects = rules.subjects();
    if (subjects != null && !subjects.matches(jwt.subject())) {
      return JwtRefusal.VERIFICATION_FAILED;
    }
    return livesTooLong(jwt, now) ? JwtRefusal.VERIFICATION_FAILED : null;
  }

  private boolean livesTooLong(Jwt jwt, long now) {
    Duration most = rules.maxLifetime();
    if (jwt.expires() == Jwt.NEVER) {
      return rules.requireExpiration() || most != null;
    }
    return most != null && Duration.ofSeconds(jwt.expires() - now).compareTo(most) >= 0;
  }

  private @Nullable JwtRefusal signatureTrouble(ParsedJwt.Sound token, Jwks keys) {
    JwtAlgorithm algorithm = JwtAlgorithm.of(token.algorithm());
    boolean allowed = algorithm != null && rules.algorithms().contains(algorithm);
    boolean meant = false;
    for (Jwk key : keys.keys()) {
      if (key.isMeant(token.kid(), token.algorithm())) {
        meant = true;
        if (algorithm != null
            && allowed
            && key.fits(algorithm)
            && algorithm.verifies(token.signature(), key.key(), token.signingInput())) {
          return null;
        }
      }
    }
    return meant ? JwtRefusal.VERIFICATION_FAILED : JwtRefusal.KEY_UNKNOWN;
  }

  /** How often a token did not need its signature checked. */
  public long hits() {
    return hits;
  }
}
