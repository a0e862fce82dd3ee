package dev.weft.policy.jwt;

import java.util.Collection;
import java.util.Set;

/** Whose tokens a place of a request may hold. Immutable. */
public final class Issuers {
  private final Set<String> names;

  /**
   * @param issuers as {@code iss} has them; an empty one among them: anybody
   */
  public Issuers(Collection<String> issuers) {
    names = Set.copyOf(issuers);
  }

  boolean allow(String issuer) {
    return names.contains("") || names.contains(issuer);
  }
}
