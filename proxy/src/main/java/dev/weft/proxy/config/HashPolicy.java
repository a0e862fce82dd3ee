package dev.weft.proxy.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.RouteAction.HashPolicy}: what a host is chosen by. */
public sealed interface HashPolicy {
  /** Whether the policies after it are left out once there is a hash. */
  boolean terminal();

  /**
   * The values of a request header.
   *
   * @param rewrite what is hashed in their place; {@code null}: they themselves
   */
  record Header(String name, @Nullable RegexSubstitution rewrite, boolean terminal)
      implements HashPolicy {}

  /**
   * A cookie.
   *
   * @param ttl given to callers without it for so long, zero for their session; {@code null}: not
   *     given
   * @param path the cookie's; empty: none
   * @param attributes the rest of what it is given with, as it is written: empty, or {@code ; } in
   *     front of each
   */
  record Cookie(
      String name, @Nullable Duration ttl, String path, String attributes, boolean terminal)
      implements HashPolicy {}

  /** The caller's IP address. */
  record SourceIp(boolean terminal) implements HashPolicy {}

  /** The first value of a query parameter. */
  record Query(String name, boolean terminal) implements HashPolicy {}
}
