package dev.weft.policy.authz;

import dev.weft.policy.match.StringMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who asks. */
public sealed interface Principal {

  /** Anybody. */
  record Any() implements Principal {}

  /**
   * A peer with a verified certificate whose URI SAN is accepted.
   *
   * @param name {@code null}: any verified peer
   */
  record Authenticated(@Nullable StringMatcher name) implements Principal {}

  /** All of them. */
  record And(List<Principal> all) implements Principal {}

  /** One of them. */
  record Or(List<Principal> any) implements Principal {}

  /** Not this. */
  record Not(Principal principal) implements Principal {}
}
