package dev.weft.policy.jwt;

import java.util.List;

/** What a request has to bring ({@code JwtRequirement}). */
public sealed interface JwtRequirement {

  /** Nothing. */
  record Nothing() implements JwtRequirement {}

  /**
   * A token of a provider.
   *
   * @param audiences instead of the provider's; empty: the provider's
   */
  record Provider(String name, List<String> audiences) implements JwtRequirement {
    /** Copies. */
    public Provider {
      audiences = List.copyOf(audiences);
    }
  }

  /** What one of them asks for; at least two. */
  record AnyOf(List<JwtRequirement> requirements) implements JwtRequirement {
    /** Copies. */
    public AnyOf {
      requirements = List.copyOf(requirements);
    }
  }

  /** What all of them ask for; at least two. */
  record AllOf(List<JwtRequirement> requirements) implements JwtRequirement {
    /** Copies. */
    public AllOf {
      requirements = List.copyOf(requirements);
    }
  }

  /** Tokens that are there have to be good. */
  record AllowMissing() implements JwtRequirement {}

  /** Nothing, but tokens that are good are told of. */
  record AllowMissingOrFailed() implements JwtRequirement {}
}
