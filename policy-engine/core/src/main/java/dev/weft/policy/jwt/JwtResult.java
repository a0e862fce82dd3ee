package dev.weft.policy.jwt;

import java.util.Map;

/** What became of a token. */
public sealed interface JwtResult {

  /**
   * It is genuine, and for here and now.
   *
   * @param told its claims as other filters see them: those that its provider names are lists
   */
  record Verified(Jwt jwt, Map<String, ?> told) implements JwtResult {
    @Override
    public String toString() {
      return "Verified";
    }
  }

  /** It is not taken. */
  record Refused(JwtRefusal why) implements JwtResult {}

  /** Nothing is wrong with it so far, but there are no keys to check its signature by. */
  enum NeedsKeys implements JwtResult {
    NEEDS_KEYS
  }
}
