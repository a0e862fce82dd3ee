package dev.weft.policy.jwt;

import dev.weft.policy.jwt.JwtAlgorithm.KeyKind;
import java.security.Key;
import org.jspecify.annotations.Nullable;

/**
 * One public key of a set (RFC 7517 section 4).
 *
 * @param kid its name; empty: it has none and fits any
 * @param algorithm what it says it is for; empty: anything that its kind can do
 */
record Jwk(String kid, String algorithm, KeyKind kind, Key key) {

  /** Whether a token that names this key and this algorithm means it, as Envoy has it. */
  boolean isMeant(String wantedKid, String wantedAlgorithm) {
    return (kid.isEmpty() || wantedKid.isEmpty() || kid.equals(wantedKid))
        && (algorithm.isEmpty() || algorithm.equals(wantedAlgorithm));
  }

  /** Whether it can check signatures of the algorithm; {@code null}: one that is never taken. */
  boolean fits(@Nullable JwtAlgorithm wanted) {
    return wanted != null && wanted.key() == kind;
  }

  @Override
  public String toString() {
    return "Jwk[" + kind + "]";
  }
}
