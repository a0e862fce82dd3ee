package dev.weft.policy.istio.cases;

import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.decide.Target;
import java.util.List;
import java.util.Map;

/**
 * Cases of one workload.
 *
 * @param origin where they stand, for people
 * @param providers who can be asked, by name
 * @param unfetched whether keys of tokens that would have to be fetched are not there
 */
public record CaseSuite(
    String origin,
    Mesh mesh,
    Target target,
    Map<String, Provider> providers,
    boolean unfetched,
    List<PolicyCase> cases) {

  public CaseSuite {
    providers = Map.copyOf(providers);
    cases = List.copyOf(cases);
  }

  /** The same, said to stand elsewhere. */
  CaseSuite at(String other) {
    return new CaseSuite(other, mesh, target, providers, unfetched, cases);
  }

  /** The same; where it says nothing of providers, with these. */
  CaseSuite among(Map<String, Provider> configured) {
    return providers.isEmpty()
        ? new CaseSuite(origin, mesh, target, configured, unfetched, cases)
        : this;
  }
}
