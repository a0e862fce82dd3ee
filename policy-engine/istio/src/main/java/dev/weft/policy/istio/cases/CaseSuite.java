package dev.weft.policy.istio.cases;

import dev.weft.policy.istio.decide.Target;
import java.util.List;

/**
 * Cases of one workload.
 *
 * @param origin where they stand, for people
 * @param unfetched whether keys of tokens that would have to be fetched are not there
 */
public record CaseSuite(
    String origin, Mesh mesh, Target target, boolean unfetched, List<PolicyCase> cases) {

  public CaseSuite {
    cases = List.copyOf(cases);
  }

  /** The same, said to stand elsewhere. */
  CaseSuite at(String other) {
    return new CaseSuite(other, mesh, target, unfetched, cases);
  }
}
