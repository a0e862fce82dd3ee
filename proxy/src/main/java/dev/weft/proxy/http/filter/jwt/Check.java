package dev.weft.proxy.http.filter.jwt;

import dev.weft.policy.jwt.Audiences;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link dev.weft.policy.jwt.JwtRequirement} made ready to be checked. */
sealed interface Check {

  /** Nothing has to be there. */
  record Nothing() implements Check {}

  /**
   * Tokens of one provider, all of them good.
   *
   * @param audiences instead of the provider's; {@code null}: the provider's
   */
  record One(ProviderState provider, TokenFinder finder, @Nullable Audiences audiences)
      implements Check {}

  /**
   * One of them passes.
   *
   * @param missing whether it also does when no token is there for any of them
   * @param failed whether it always does
   */
  record AnyOf(List<Check> checks, boolean missing, boolean failed) implements Check {
    public AnyOf {
      checks = List.copyOf(checks);
    }
  }

  /** All of them pass. */
  record AllOf(List<Check> checks) implements Check {
    public AllOf {
      checks = List.copyOf(checks);
    }
  }

  /**
   * Tokens of whichever provider; none has to be there.
   *
   * @param failed whether bad ones pass, too
   */
  record Whichever(TokenFinder finder, boolean failed) implements Check {}
}
