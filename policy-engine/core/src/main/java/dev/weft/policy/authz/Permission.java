package dev.weft.policy.authz;

import dev.weft.policy.match.StringMatcher;
import java.util.List;

/** What is asked for. */
public sealed interface Permission {

  /** Anything. */
  record Any() implements Permission {}

  /** The port that was connected to. */
  record DestinationPort(int port) implements Permission {}

  /** The connection's server name. */
  record ServerName(StringMatcher matcher) implements Permission {}

  /** All of them. */
  record And(List<Permission> all) implements Permission {}

  /** One of them. */
  record Or(List<Permission> any) implements Permission {}

  /** Not this. */
  record Not(Permission permission) implements Permission {}
}
