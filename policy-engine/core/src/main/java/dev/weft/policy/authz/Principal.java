package dev.weft.policy.authz;

import dev.weft.policy.match.HeaderMatcher;
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

  /** A header of the request; requests only. */
  record Header(HeaderMatcher matcher) implements Principal {}

  /** All of them, at least one. */
  record And(List<Principal> all) implements Principal {
    public And {
      all = List.copyOf(all);
    }
  }

  /** One of them, at least one. */
  record Or(List<Principal> any) implements Principal {
    public Or {
      any = List.copyOf(any);
    }
  }

  /** Not this. */
  record Not(Principal principal) implements Principal {}
}
