package dev.weft.policy.istio.decide;

import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import dev.weft.policy.istio.SecurityPolicy;
import dev.weft.policy.istio.compile.CallerRules;
import dev.weft.policy.istio.compile.ChainPolicies;
import dev.weft.policy.istio.compile.PolicyIndex;
import dev.weft.policy.istio.decide.xds.Step;
import dev.weft.policy.istio.decide.xds.StepReader;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says what a workload's sidecar would decide. What was written is compiled once, here; each
 * question goes through the same rules, tokens and order as a request. Belongs to one thread.
 */
public final class Decider {
  private final Target target;
  private final Mode mode;
  private final RbacPolicy denied;
  private final RbacPolicy callers;
  private final List<Step> steps;
  private final List<String> policies;

  private final @Nullable TokenCheck tokens;

  private Decider(
      Target target, Mode mode, ChainPolicies chain, List<Step> steps, InstantSource clock) {
    this.target = target;
    this.mode = mode;
    this.denied = target.denied();
    this.callers = CallerRules.of(target.callers());
    this.steps = List.copyOf(steps);
    TokenCheck check = null;
    for (Step step : steps) {
      if (step instanceof Step.Tokens(var policy, boolean decides) && decides) {
        check = new TokenCheck(policy, clock);
      }
    }
    this.tokens = check;
    this.policies =
        chain.authorization().stream().map(SecurityPolicy::name).map(Object::toString).toList();
  }

  /**
   * With these policies in force.
   *
   * @param clock that the lifetimes of tokens are held against
   */
  public static Decider of(PolicyIndex written, Target target, InstantSource clock) {
    ChainPolicies chain = written.of(target.workload());
    return new Decider(
        target,
        written.mode(target.workload(), target.destination().port()),
        chain,
        StepReader.read(chain, target.destination()),
        clock);
  }

  /** What would become of it. */
  public Verdict decide(Question question) {
    return new Deliberation(target, mode, question, policies, tokens).run(denied, callers, steps);
  }
}
