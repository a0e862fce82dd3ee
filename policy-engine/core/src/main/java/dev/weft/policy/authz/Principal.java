package dev.weft.policy.authz;

import dev.weft.policy.match.CidrRange;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.MetadataMatcher;
import dev.weft.policy.match.StringMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who asks. */
public sealed interface Principal {

  /** Anybody. */
  record Any() implements Principal {}

  /**
   * A peer with a verified certificate, of which a URI SAN, a DNS SAN or the subject is accepted.
   *
   * @param name {@code null}: any verified peer
   */
  record Authenticated(@Nullable StringMatcher name) implements Principal {}

  /** An address of the range. */
  record Address(End end, CidrRange range) implements Principal {}

  /** A header of the request; requests only. */
  record Header(HeaderMatcher matcher) implements Principal {}

  /** The path of the request without query and fragment; requests only. */
  record UrlPath(StringMatcher matcher) implements Principal {}

  /** What a filter found out about the request; requests only. */
  record Said(MetadataMatcher matcher) implements Principal {}

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

  /** Whose address. */
  enum End {
    /** Who connected ({@code source_ip}). */
    SOURCE("source"),
    /** The other end of the socket ({@code direct_remote_ip}). */
    DIRECT("direct peer"),
    /** The client behind proxies ({@code remote_ip}). */
    REMOTE("client");

    private final String words;

    End(String words) {
      this.words = words;
    }

    /** For people. */
    String words() {
      return words;
    }
  }
}
