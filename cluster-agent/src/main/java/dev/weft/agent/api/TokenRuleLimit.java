package dev.weft.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.Instance;
import dev.weft.agent.state.MeshState;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.SecurityPolicies;
import dev.weft.policy.istio.Workload;
import dev.weft.policy.istio.compile.PolicyIndex;
import dev.weft.policy.istio.compile.TokenFilter;
import dev.weft.policy.istio.read.RequestAuthenticationDocument;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How many rules about tokens hold for each workload that is known: with more than a sidecar takes
 * everything is denied to it. Pure.
 */
final class TokenRuleLimit {
  private TokenRuleLimit() {}

  /**
   * What is wrong with a {@code RequestAuthentication} about to be written.
   *
   * @param others all others, by namespace and name
   */
  static List<Problem> problems(
      JsonNode document,
      String namespace,
      String name,
      Map<String, JsonNode> others,
      MeshState state) {
    return switch (RequestAuthenticationDocument.read(document, namespace, name)) {
      case Validated.Invalid<RequestAuthentication>(List<Problem> problems) -> problems;
      case Validated.Valid<RequestAuthentication>(RequestAuthentication written) -> {
        if (written.rules().size() > TokenFilter.MOST) {
          yield List.of(
              new Problem(
                  "spec.jwtRules",
                  "expected at most " + TokenFilter.MOST + ", found " + written.rules().size()));
        }
        Map<PolicyName, RequestAuthentication> all = new HashMap<>();
        others.forEach((key, other) -> {
          String[] parts = key.split("/", 2);
          if (RequestAuthenticationDocument.read(other, parts[0], parts[1])
              instanceof Validated.Valid<RequestAuthentication>(RequestAuthentication one)) {
            all.put(one.name(), one);
          }
        });
        PolicyIndex before = index(all.values(), state);
        all.put(written.name(), written);
        PolicyIndex after = index(all.values(), state);
        yield workloads(state)
            .filter(workload ->
                tooMany(after, workload)
                    // What was too much already is not this one's fault, unless it adds to it.
                    && after.tokenRules(workload).size() > before.tokenRules(workload).size())
            .map(workload -> new Problem("spec.jwtRules", message(after, workload)))
            .toList();
      }
    };
  }

  /** Workloads to which everything is denied, with the reason. */
  static List<PolicyWarning> warnings(MeshState state) {
    PolicyIndex index = PolicyIndex.of(state.security(), state.local().rootNamespace());
    return workloads(state)
        .filter(workload -> tooMany(index, workload))
        .map(workload ->
            new PolicyWarning(
                "RequestAuthentication",
                workload.namespace(),
                "",
                message(index, workload) + ": everything is denied to it"))
        .toList();
  }

  private static boolean tooMany(PolicyIndex index, Workload workload) {
    return index.tokenRules(workload).size() > TokenFilter.MOST;
  }

  private static String message(PolicyIndex index, Workload workload) {
    return "for workloads of "
        + workload.namespace()
        + "/"
        + workload.service()
        + " "
        + index.tokenRules(workload).size()
        + " rules would hold, of at most "
        + TokenFilter.MOST;
  }

  private static PolicyIndex index(Collection<RequestAuthentication> requests, MeshState state) {
    Map<PolicyName, RequestAuthentication> byName = new HashMap<>();
    requests.forEach(one -> byName.put(one.name(), one));
    return PolicyIndex.of(
        new SecurityPolicies(Map.of(), Map.of(), byName, Map.of()), state.local().rootNamespace());
  }

  /** Each once, in the order of their services. */
  private static Stream<Workload> workloads(MeshState state) {
    return state.instances().values().stream()
        .flatMap(byId -> byId.values().stream())
        .map(Instance::workload)
        .distinct()
        .sorted(
            java.util.Comparator.comparing(Workload::namespace).thenComparing(Workload::service));
  }
}
