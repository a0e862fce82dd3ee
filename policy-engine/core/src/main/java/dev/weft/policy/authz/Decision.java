package dev.weft.policy.authz;

import java.util.List;
import java.util.stream.Collectors;

/** Whether something is allowed, and what decided so. */
public sealed interface Decision {

  /** Whether it may go on. */
  boolean allowed();

  /** The rule that matched; empty: none did. */
  default String rule() {
    return "";
  }

  /**
   * Why, in one line of at most 1,024 characters for logs and error details. Holds no header
   * values.
   */
  String reason();

  /** A rule matched, and the policy's action says what that means. */
  record ByRule(boolean allowed, String rule) implements Decision {
    @Override
    public String reason() {
      return NearMiss.bounded((allowed ? "allowed by rule " : "denied by rule ") + rule, 1024);
    }
  }

  /** No rule of a DENY policy matched. */
  record AllowedByDefault() implements Decision {
    static final AllowedByDefault DECISION = new AllowedByDefault();

    @Override
    public boolean allowed() {
      return true;
    }

    @Override
    public String reason() {
      return "no rule denies it";
    }
  }

  /**
   * A LOG policy allows everything, and tells what it saw.
   *
   * @param rule that matched; empty: none did
   */
  record Audited(String rule) implements Decision {
    static final Audited NOTHING = new Audited("");

    @Override
    public boolean allowed() {
      return true;
    }

    @Override
    public String reason() {
      return rule.isEmpty() ? "not audited" : NearMiss.bounded("audited by rule " + rule, 1024);
    }
  }

  /**
   * No rule of an ALLOW policy matched.
   *
   * @param nearest the rules that came nearest, best first, at most {@link NearMisses#MAX}; empty:
   *     nobody asked for them, or there are no rules
   */
  record DeniedByDefault(List<NearMiss> nearest) implements Decision {
    static final DeniedByDefault UNEXPLAINED = new DeniedByDefault(List.of());

    public DeniedByDefault {
      nearest = List.copyOf(nearest);
    }

    @Override
    public boolean allowed() {
      return false;
    }

    @Override
    public String reason() {
      if (nearest.isEmpty()) {
        return "denied: no rule allows it";
      }
      return NearMiss.bounded(
          nearest.stream()
              .map(miss -> miss.rule() + " wants " + miss.condition())
              .collect(Collectors.joining("; ", "denied: no rule allows it; ", "")),
          1024);
    }
  }
}
