package dev.weft.policy.jwt;

/** What reading a set of keys came to. */
public sealed interface JwksReading permits Jwks, JwksReading.Unusable {

  /**
   * Nothing that a signature could be checked by.
   *
   * @param why for people; holds nothing of the set
   */
  record Unusable(String why) implements JwksReading {}
}
