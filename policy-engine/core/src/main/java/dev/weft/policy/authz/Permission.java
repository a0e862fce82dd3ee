package dev.weft.policy.authz;

import dev.weft.policy.match.CidrRange;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.MetadataMatcher;
import dev.weft.policy.match.PathTemplate;
import dev.weft.policy.match.StringMatcher;
import java.util.List;

/** What is asked for. */
public sealed interface Permission {

  /** Anything. */
  record Any() implements Permission {}

  /** The address that was connected to. */
  record DestinationIp(CidrRange range) implements Permission {}

  /** The port that was connected to. */
  record DestinationPort(int port) implements Permission {}

  /**
   * A port from {@code start} up to but without {@code end}.
   *
   * @param start the least
   * @param end one above the greatest, at most 65536
   */
  record DestinationPortRange(int start, int end) implements Permission {}

  /** The connection's server name. */
  record ServerName(StringMatcher matcher) implements Permission {}

  /** A header of the request; requests only. */
  record Header(HeaderMatcher matcher) implements Permission {}

  /** The path of the request without query and fragment; requests only. */
  record UrlPath(StringMatcher matcher) implements Permission {}

  /** The same by a template; requests only. */
  record UriTemplate(PathTemplate template) implements Permission {}

  /** What a filter found out about the request; requests only. */
  record Said(MetadataMatcher matcher) implements Permission {}

  /** All of them, at least one. */
  record And(List<Permission> all) implements Permission {
    public And {
      all = List.copyOf(all);
    }
  }

  /** One of them, at least one. */
  record Or(List<Permission> any) implements Permission {
    public Or {
      any = List.copyOf(any);
    }
  }

  /** Not this. */
  record Not(Permission permission) implements Permission {}
}
