package dev.weft.policy.authz;

import java.util.Comparator;
import java.util.List;

/**
 * {@code envoy.config.rbac.v3.RBAC} without protobuf.
 *
 * @param action what a matching rule means
 * @param rules their names differ; kept in the order of their names, which is the order that they
 *     are looked at
 */
public record RbacPolicy(Action action, List<Rule> rules) {

  public RbacPolicy {
    rules = rules.stream().sorted(Comparator.comparing(Rule::name)).toList();
    for (int i = 1; i < rules.size(); i++) {
      if (rules.get(i).name().equals(rules.get(i - 1).name())) {
        throw new IllegalArgumentException("two rules named \"" + rules.get(i).name() + "\"");
      }
    }
  }

  /** Decides on a connection. Rules that look at a request never match. */
  public Decision decide(Connection connection) {
    return decide(connection, Headers.NONE);
  }

  /** Decides on a request. */
  public Decision decide(Connection connection, Headers headers) {
    Evaluation evaluation = new Evaluation(connection, headers);
    for (Rule rule : rules) {
      if (evaluation.matches(rule)) {
        return new Decision.ByRule(action == Action.ALLOW, rule.name());
      }
    }
    return switch (action) {
      case ALLOW -> new Decision.DeniedByDefault(NearMisses.of(rules, evaluation));
      case DENY -> new Decision.AllowedByDefault();
    };
  }

  /** ALLOW: allowed when a rule matches. DENY: denied when a rule matches. */
  public enum Action {
    ALLOW,
    DENY
  }
}
