package dev.weft.policy.authz;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Several policies for the same thing, whatever their order. LOG policies tell what they see. Then
 * one DENY policy that denies is enough to deny, and where there are ALLOW policies one has to
 * allow. CUSTOM authorizers are asked before: what they deny does not get here.
 */
public record PolicyChain(List<RbacPolicy> policies) {

  public PolicyChain {
    policies = List.copyOf(policies);
  }

  /**
   * What all of them together come to.
   *
   * @param decision what decided
   * @param audits what LOG policies told, only where a rule matched
   */
  public record Outcome(Decision decision, List<Decision.Audited> audits) {
    public Outcome {
      audits = List.copyOf(audits);
    }
  }

  /** Decides on a request. */
  public Outcome decide(Connection connection, Headers headers, Metadata metadata) {
    List<Decision.Audited> audits = new ArrayList<>();
    List<NearMiss> nearest = new ArrayList<>();
    Decision denied = null;
    Decision allowed = null;
    boolean asked = false;
    for (RbacPolicy policy : policies) {
      switch (policy.explain(connection, headers, metadata)) {
        case Decision.Audited audited when audited.rule().isEmpty() -> {}
        case Decision.Audited audited -> audits.add(audited);
        case Decision.AllowedByDefault undenied -> {}
        case Decision.DeniedByDefault(var misses) -> {
          asked = true;
          nearest.addAll(misses);
        }
        case Decision.ByRule rule when rule.allowed() -> allowed = first(allowed, rule);
        case Decision.ByRule rule -> denied = first(denied, rule);
      }
    }
    if (denied != null || allowed != null) {
      return new Outcome(Objects.requireNonNull(denied != null ? denied : allowed), audits);
    }
    nearest.sort(Comparator.comparing(NearMiss::rule));
    return new Outcome(
        asked
            ? new Decision.DeniedByDefault(
                nearest.subList(0, Math.min(nearest.size(), NearMisses.MAX)))
            : Decision.AllowedByDefault.DECISION,
        audits);
  }

  /** By name, so that the order of policies does not show. */
  private static Decision first(@Nullable Decision before, Decision.ByRule found) {
    return before == null || found.rule().compareTo(before.rule()) < 0 ? found : before;
  }
}
