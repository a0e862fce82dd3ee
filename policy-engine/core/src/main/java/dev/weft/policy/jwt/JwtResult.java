package dev.weft.policy.jwt;

/** What became of a token. */
public sealed interface JwtResult {

  /** It is genuine, and for here and now. */
  record Verified(Jwt jwt) implements JwtResult {}

  /** It is not taken. */
  record Refused(JwtRefusal why) implements JwtResult {}

  /** Nothing is wrong with it so far, but there are no keys to check its signature by. */
  enum NeedsKeys implements JwtResult {
    NEEDS_KEYS
  }
}
