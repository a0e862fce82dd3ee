package dev.weft.policy.istio;

import java.util.List;

/**
 * {@code security.istio.io} {@code AuthorizationPolicy}.
 *
 * @param provider who decides, of a CUSTOM policy; empty for the others
 * @param dryRun whether it is only said what it would decide
 * @param rules none: an ALLOW policy allows nothing
 * @param remarks where its document may not mean what its author thinks; decide nothing
 */
public record AuthorizationPolicy(
    PolicyName name,
    Attachment attachment,
    Action action,
    String provider,
    boolean dryRun,
    List<Rule> rules,
    List<String> remarks)
    implements SecurityPolicy {

  public AuthorizationPolicy {
    rules = List.copyOf(rules);
    remarks = List.copyOf(remarks);
  }

  /** Without remarks. */
  public AuthorizationPolicy(
      PolicyName name,
      Attachment attachment,
      Action action,
      String provider,
      boolean dryRun,
      List<Rule> rules) {
    this(name, attachment, action, provider, dryRun, rules, List.of());
  }

  /** Whether somebody is asked about what its rules match. */
  public boolean asks() {
    return action == Action.CUSTOM && !dryRun;
  }

  /** What becomes of a request that a rule matches. */
  public enum Action {
    ALLOW,
    DENY,
    AUDIT,
    CUSTOM
  }

  /**
   * Matches when one source, one operation and all conditions do.
   *
   * @param from sources, all terms of one have to match; empty: anybody
   * @param to operations, all terms of one have to match; empty: anything
   * @param when have to match, too
   */
  public record Rule(List<List<Term>> from, List<List<Term>> to, List<Term> when) {
    public Rule {
      from = from.stream().map(List::copyOf).toList();
      to = to.stream().map(List::copyOf).toList();
      when = List.copyOf(when);
    }
  }

  /**
   * Matches when one of the values does, and none of the others.
   *
   * @param key as in a condition, with its name in brackets where there is one
   * @param values empty: any
   */
  public record Term(Attribute attribute, String key, List<String> values, List<String> notValues) {
    public Term {
      values = List.copyOf(values);
      notValues = List.copyOf(notValues);
    }

    /** What stands in brackets in the key, with the brackets. */
    public String brackets() {
      int open = key.indexOf('[');
      return open < 0 ? "" : key.substring(open);
    }
  }
}
