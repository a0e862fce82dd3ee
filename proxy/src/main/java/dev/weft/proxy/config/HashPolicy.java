package dev.weft.proxy.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.RouteAction.HashPolicy}: what a host is chosen by. */
public sealed interface HashPolicy {
  /** Whether the policies after it are left out once there is a hash. */
  boolean terminal();

  /** The values of a request header. */
  record Header(String name, boolean terminal) implements HashPolicy {}

  /**
   * A cookie.
   *
   * @param ttl given to callers without it for so long, zero for their session; {@code null}: not
   *     given
   * @param path the cookie's; empty: none
   */
  record Cookie(String name, @Nullable Duration ttl, String path, boolean terminal)
      implements HashPolicy {}

  /** The caller's IP address. */
  record SourceIp(boolean terminal) implements HashPolicy {}

  /** The first value of a query parameter. */
  record Query(String name, boolean terminal) implements HashPolicy {}
}
