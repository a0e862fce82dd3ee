package dev.weft.policy.authz;

import java.util.List;

/**
 * {@code envoy.config.rbac.v3.RBAC} without protobuf.
 *
 * @param action what a matching rule means
 */
public record RbacPolicy(Action action, List<Rule> rules) {

  public RbacPolicy {
    rules = List.copyOf(rules);
  }

  /** ALLOW: allowed when a rule matches. DENY: denied when a rule matches. */
  public enum Action {
    ALLOW,
    DENY
  }
}
