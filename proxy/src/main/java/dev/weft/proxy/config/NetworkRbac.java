package dev.weft.proxy.config;

import dev.weft.policy.authz.RbacPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.filters.network.rbac}.
 *
 * @param delayDeny how long a connection that is denied stays open, unread; zero: not at all
 */
public record NetworkRbac(RbacRules rules, Duration delayDeny) implements NetworkFilter {

  /**
   * Without shadow rules.
   *
   * @param enforced {@code null}: everything is allowed
   */
  public NetworkRbac(@Nullable RbacPolicy enforced, String statPrefix) {
    this(new RbacRules(enforced, null, statPrefix, "", false), Duration.ZERO);
  }
}
