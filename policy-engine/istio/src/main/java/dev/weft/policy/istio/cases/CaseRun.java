package dev.weft.policy.istio.cases;

import dev.weft.policy.istio.compile.PolicyIndex;
import dev.weft.policy.istio.decide.Decider;
import dev.weft.policy.istio.decide.Verdict;
import java.time.InstantSource;
import java.util.List;

/** Runs cases against policies. Pure but for the clock. */
public final class CaseRun {
  private CaseRun() {}

  /**
   * All cases of a suite, in their order.
   *
   * @param clock that the lifetimes of tokens are held against
   */
  public static List<CaseResult> of(CaseSuite suite, PolicySet policies, InstantSource clock) {
    PolicyIndex index =
        PolicyIndex.of(
            policies.inForce(suite.unfetched(), suite.providers()),
            suite.mesh().rootNamespace(),
            suite.mesh().mode());
    Decider decider = Decider.of(index, suite.target(), clock);
    return suite.cases().stream()
        .map(one -> {
          Verdict verdict = decider.decide(one.question());
          return new CaseResult(suite.origin(), one, verdict, one.trouble(verdict));
        })
        .toList();
  }
}
