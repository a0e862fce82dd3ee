package dev.weft.policy.jwt;

import dev.weft.policy.match.StringMatcher;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the tokens of a provider have to be, beside being genuine.
 *
 * @param issuer what {@code iss} has to be; empty: anything
 * @param audiences one of which {@code aud} has to name; empty: any
 * @param subjects what {@code sub} has to be; {@code null}: anything
 * @param algorithms which signatures count; not empty
 * @param clockSkew how far {@code exp} and {@code nbf} may be passed; whole seconds, 1 s to {@value
 *     #MOST_SKEW_SECONDS} s
 * @param requireExpiration whether {@code exp} has to be there
 * @param maxLifetime what has to be left until {@code exp} is less than this, which then has to be
 *     there; {@code null}: no bound
 */
public record TokenRules(
    String issuer,
    List<String> audiences,
    @Nullable StringMatcher subjects,
    Set<JwtAlgorithm> algorithms,
    Duration clockSkew,
    boolean requireExpiration,
    @Nullable Duration maxLifetime) {

  /** Envoy's: where nothing is said. */
  public static final Duration USUAL_SKEW = Duration.ofSeconds(60);

  /** Most seconds of skew: what a protobuf {@code uint32} holds. */
  public static final long MOST_SKEW_SECONDS = 0xFFFF_FFFFL;

  /** Copies and checks. */
  public TokenRules {
    audiences = List.copyOf(audiences);
    algorithms = Set.copyOf(algorithms);
    if (clockSkew.toSeconds() < 1 || clockSkew.toSeconds() > MOST_SKEW_SECONDS) {
      throw new IllegalArgumentException("clock skew of " + clockSkew);
    }
    if (algorithms.isEmpty()) {
      throw new IllegalArgumentException("no algorithm");
    }
  }

  /** Any signature that can be taken, and no more than the usual checks. */
  public static TokenRules of(String issuer, List<String> audiences) {
    return new TokenRules(issuer, audiences, null, JwtAlgorithm.ALL, USUAL_SKEW, false, null);
  }
}
