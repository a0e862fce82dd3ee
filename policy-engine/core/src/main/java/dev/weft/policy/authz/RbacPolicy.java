package dev.weft.policy.authz;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.rbac.v3.RBAC} without protobuf. Equal to every other with the same action and
 * rules. Of many rules only those are looked at that an index finds; what is decided, and by which
 * rule, is the same as if all were, in the order of their names.
 */
public final class RbacPolicy {
  /** With fewer rules a look at each costs less than the index. */
  private static final int INDEXED_FROM = 6;

  private final Action action;
  private final List<Rule> rules;
  private final @Nullable RuleIndex index;

  /**
   * @param action what a matching rule means
   * @param rules their names differ; kept in the order of their names, which is the order that they
   *     are looked at
   */
  public RbacPolicy(Action action, List<Rule> rules) {
    this(action, rules, INDEXED_FROM);
  }

  RbacPolicy(Action action, List<Rule> rules, int indexedFrom) {
    this.action = action;
    this.rules = rules.stream().sorted(Comparator.comparing(Rule::name)).toList();
    for (int i = 1; i < this.rules.size(); i++) {
      if (this.rules.get(i).name().equals(this.rules.get(i - 1).name())) {
        throw new IllegalArgumentException("two rules named \"" + this.rules.get(i).name() + "\"");
      }
    }
    this.index = this.rules.size() < indexedFrom ? null : new RuleIndex(this.rules);
  }

  public Action action() {
    return action;
  }

  /** In the order of their names. */
  public List<Rule> rules() {
    return rules;
  }

  /** Decides on a request, without saying how near it came to another decision. */
  public Decision decide(Connection connection, Headers headers, Metadata metadata) {
    return decide(new Evaluation(connection, headers, metadata), index);
  }

  private Decision decide(Evaluation evaluation, @Nullable RuleIndex by) {
    if (by == null) {
      return scan(evaluation);
    }
    long[] candidates = by.find(evaluation);
    for (int word = 0; word < candidates.length; word++) {
      for (long left = candidates[word]; left != 0; left &= left - 1) {
        Rule rule = rules.get((word << 6) + Long.numberOfTrailingZeros(left));
        if (evaluation.matches(rule)) {
          return matched(rule.name());
        }
      }
    }
    return unmatched();
  }

  private Decision scan(Evaluation evaluation) {
    for (int i = 0; i < rules.size(); i++) {
      if (evaluation.matches(rules.get(i))) {
        return matched(rules.get(i).name());
      }
    }
    return unmatched();
  }

  /** Decides on a connection, of which no request is known, and says why. */
  public Decision explain(Connection connection) {
    return explain(connection, Headers.NONE, Metadata.NONE);
  }

  /** The same decision; where nothing allows it, with the rules that came nearest. */
  public Decision explain(Connection connection, Headers headers, Metadata metadata) {
    Evaluation evaluation = new Evaluation(connection, headers, metadata);
    Decision decision = decide(evaluation, index);
    return decision instanceof Decision.DeniedByDefault
        ? new Decision.DeniedByDefault(NearMisses.of(promising(evaluation), evaluation))
        : decision;
  }

  /** Those first that the index found: something of theirs is there. */
  private List<Rule> promising(Evaluation evaluation) {
    if (index == null) {
      return rules;
    }
    List<Rule> found = new ArrayList<>();
    List<Rule> rest = new ArrayList<>();
    long[] candidates = index.find(evaluation);
    for (int i = 0; i < rules.size() && rest.size() < NearMisses.LOOKED_AT; i++) {
      boolean candidate = (candidates[i >> 6] & 1L << i) != 0;
      (candidate ? found : rest).add(rules.get(i));
    }
    found.addAll(rest);
    return found;
  }

  private Decision matched(String rule) {
    return switch (action) {
      case ALLOW -> new Decision.ByRule(true, rule);
      case DENY -> new Decision.ByRule(false, rule);
      case LOG -> new Decision.Audited(rule);
    };
  }

  private Decision unmatched() {
    return switch (action) {
      case ALLOW -> Decision.DeniedByDefault.UNEXPLAINED;
      case DENY -> Decision.AllowedByDefault.DECISION;
      case LOG -> Decision.Audited.NOTHING;
    };
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RbacPolicy policy
        && action == policy.action
        && rules.equals(policy.rules);
  }

  @Override
  public int hashCode() {
    return 31 * action.hashCode() + rules.hashCode();
  }

  @Override
  public String toString() {
    return "RbacPolicy[action=" + action + ", rules=" + rules + "]";
  }

  /** What a rule that matches means. */
  public enum Action {
    /** Allowed when a rule matches. */
    ALLOW,
    /** Denied when a rule matches. */
    DENY,
    /** Always allowed; told when a rule matches. */
    LOG
  }
}
