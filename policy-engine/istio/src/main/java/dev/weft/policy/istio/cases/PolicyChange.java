package dev.weft.policy.istio.cases;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.Provider;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds a change of what is stored against the cases that policies carry: those of the policy that
 * is written have to come out, and no case of another one may come out otherwise than expected that
 * did not before. Pure but for the clock.
 */
public final class PolicyChange {
  private static final int MOST_TOLD = 20;

  private final Mesh mesh;
  private final Map<String, Provider> providers;
  private final InstantSource clock;

  /**
   * @param mesh the cluster that the policies are stored in
   * @param providers who can be asked there, by name
   * @param clock that the lifetimes of tokens are held against
   */
  public PolicyChange(Mesh mesh, Map<String, Provider> providers, InstantSource clock) {
    this.mesh = mesh;
    this.providers = Map.copyOf(providers);
    this.clock = clock;
  }

  /**
   * A stored policy's name.
   *
   * @param kind one of {@link PolicySet#KINDS}
   */
  public record Key(String kind, String namespace, String name) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
      return kind + " " + namespace + "/" + name;
    }
  }

  /**
   * What is wrong with a change.
   *
   * @param stored what is in force, each of them valid when it was written
   * @param after the new document, valid; {@code null}: the policy goes
   * @return at most 20; empty: nothing
   */
  public List<Problem> problems(Map<Key, JsonNode> stored, Key changed, @Nullable JsonNode after) {
    Map<Key, JsonNode> before = new TreeMap<>(stored);
    Map<Key, JsonNode> then = new TreeMap<>(stored);
    then.remove(changed);
    List<Problem> problems = new ArrayList<>();
    Optional<Validated<CaseSuite>> own = Optional.empty();
    if (after != null) {
      then.put(changed, after);
      own = CarriedCases.of(after, changed.namespace(), changed.name(), mesh);
    }
    if (own.isPresent() && own.get() instanceof Validated.Invalid<CaseSuite>(List<Problem> found)) {
      return found;
    }
    List<CaseSuite> others = new ArrayList<>();
    stored.forEach((key, document) -> {
      if (!key.equals(changed)
          && CarriedCases.of(document, key.namespace(), key.name(), mesh).orElse(null)
              instanceof Validated.Valid<CaseSuite>(CaseSuite suite)
          && concerns(changed, suite)) {
        others.add(suite.among(providers));
      }
    });
    if (own.isEmpty() && others.isEmpty()) {
      return problems;
    }
    PolicySet now = set(then);
    if (own.isPresent() && own.get() instanceof Validated.Valid<CaseSuite>(CaseSuite suite)) {
      own(suite.among(providers), now, problems);
    }
    if (!others.isEmpty()) {
      others(others, set(before), now, problems);
    }
    return problems.subList(0, Math.min(MOST_TOLD, problems.size()));
  }

  /** Policies are for the workloads of their namespace, those of the root namespace for all. */
  private boolean concerns(Key changed, CaseSuite suite) {
    return changed.namespace().equals(mesh.rootNamespace())
        || changed.namespace().equals(suite.target().workload().namespace());
  }

  private static PolicySet set(Map<Key, JsonNode> documents) {
    PolicySet set = new PolicySet();
    documents.forEach(set::addStored);
    return set;
  }

  private void own(CaseSuite suite, PolicySet now, List<Problem> problems) {
    List<CaseResult> results = CaseRun.of(suite, now, clock);
    for (int i = 0; i < results.size(); i++) {
      CaseResult result = results.get(i);
      if (!result.passed()) {
        problems.add(
            new Problem(
                CarriedCases.AT + ".cases[" + i + "]",
                "case \"" + result.asked().name() + "\": " + result.why()));
      }
    }
  }

  private void others(
      List<CaseSuite> suites, PolicySet before, PolicySet now, List<Problem> problems) {
    for (CaseSuite suite : suites) {
      List<CaseResult> failing =
          CaseRun.of(suite, now, clock).stream().filter(result -> !result.passed()).toList();
      if (failing.isEmpty()) {
        continue;
      }
      Set<String> failedBefore = new HashSet<>();
      CaseRun.of(suite, before, clock).stream()
          .filter(result -> !result.passed())
          .forEach(result -> failedBefore.add(result.asked().name()));
      failing.stream()
          .filter(result -> !failedBefore.contains(result.asked().name()))
          .forEach(result ->
              problems.add(
                  new Problem(
                      "",
                      "case \""
                          + result.asked().name()
                          + "\" of "
                          + suite.origin()
                          + ": "
                          + result.why())));
    }
  }
}
