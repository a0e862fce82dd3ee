package dev.weft.policy.istio.cases;

import dev.weft.policy.istio.decide.Verdict;

/**
 * What came of a case.
 *
 * @param origin where it stands
 * @param trouble what is not as expected; empty: nothing
 */
public record CaseResult(String origin, PolicyCase asked, Verdict verdict, String trouble) {

  /** Whether all is as expected. */
  public boolean passed() {
    return trouble.isEmpty();
  }

  /** The trouble and the reason for what was decided instead, in one line. */
  public String why() {
    return trouble + ": " + verdict.reason();
  }
}
