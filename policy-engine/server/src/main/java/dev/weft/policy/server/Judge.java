package dev.weft.policy.server;

import dev.weft.policy.authz.Decision;
import dev.weft.policy.authz.PolicyChain;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.istio.decide.RequestTokens;
import dev.weft.policy.istio.decide.xds.Step;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides about one workload by what its policies were compiled to, with the engine and in the
 * order of a sidecar. Thread-safe: all but the tokens' verifier is immutable, and that has a lock.
 */
final class Judge {
  private final PolicyChain enforced;
  private final List<RbacPolicy> tried;
  private final @Nullable RequestTokens tokens;
  private final String refusal;

  /**
   * @param steps in which nobody else is asked
   */
  Judge(List<Step> steps, InstantSource clock) {
    this(steps, clock, "");
  }

  /** Denies everything. */
  static Judge denying(String reason) {
    return new Judge(List.of(), InstantSource.system(), reason);
  }

  /**
   * @param refusal of everything; empty: it is looked at
   */
  private Judge(List<Step> steps, InstantSource clock, String refusal) {
    this.refusal = refusal;
    List<RbacPolicy> rules = new ArrayList<>();
    List<RbacPolicy> shadows = new ArrayList<>();
    RequestTokens verifier = null;
    for (Step step : steps) {
      switch (step) {
        case Step.Tokens(var policy, _) -> verifier = new RequestTokens(policy, clock);
        case Step.Rules(var filter, var policy, var shadow, var prefix) -> {
          if (policy != null) {
            rules.add(policy);
          }
          if (shadow != null) {
            shadows.add(shadow);
          }
        }
        case Step.Ask ask -> throw new IllegalArgumentException("nobody else is asked: " + ask);
      }
    }
    this.enforced = new PolicyChain(rules);
    this.tried = List.copyOf(shadows);
    this.tokens = verifier;
  }

  /**
   * What was decided.
   *
   * @param status of the answer to a caller that is denied
   * @param rule that decided; empty: none
   * @param reason for who asks and for logs; nothing that a caller sent is in it
   * @param audits rules of AUDIT policies that matched
   * @param tried what policies that are only tried would have decided
   */
  record Verdict(
      boolean allowed,
      int status,
      String rule,
      String reason,
      List<String> audits,
      List<Decision> tried) {
    static Verdict denied(int status, String reason) {
      return new Verdict(false, status, "", reason, List.of(), List.of());
    }
  }

  Verdict decide(Asked asked) {
    if (!refusal.isEmpty()) {
      return Verdict.denied(403, refusal);
    }
    Asked told = asked;
    RequestTokens verifier = tokens;
    // What the proxy in front verified needs no second look, and may be gone from the request.
    if (verifier != null && !asked.toldOfTokens()) {
      RequestTokens.Outcome outcome;
      synchronized (verifier) {
        outcome = verifier.check(asked.method(), asked.host(), asked.path(), asked.headers());
      }
      switch (outcome) {
        case RequestTokens.Refused(int status, String reason) -> {
          return Verdict.denied(status, "token refused: " + reason);
        }
        case RequestTokens.Taken(var claims) -> told = asked.withTokens(claims);
      }
    }
    PolicyChain.Outcome outcome =
        enforced.decide(told.connection(), told.fields(), told.metadata());
    List<Decision> would = new ArrayList<>();
    for (RbacPolicy policy : tried) {
      would.add(policy.explain(told.connection(), told.fields(), told.metadata()));
    }
    Decision decision = outcome.decision();
    return new Verdict(
        decision.allowed(),
        403,
        decision.rule(),
        decision.reason(),
        outcome.audits().stream().map(Decision.Audited::rule).toList(),
        would);
  }
}
