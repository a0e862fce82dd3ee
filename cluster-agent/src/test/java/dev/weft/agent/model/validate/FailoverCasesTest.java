package dev.weft.agent.model.validate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.policycases.OwnCases;
import dev.weft.policy.document.Validated;
import dev.weft.policy.failover.ClusterEvidence;
import dev.weft.policy.failover.FailoverRanking;
import dev.weft.policy.failover.Freshness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Every field of a {@code FailoverPolicy} has a case of a cluster that gets a service's traffic,
 * and one of a cluster that does not.
 */
class FailoverCasesTest {

  @Test
  void failoverPolicies() throws Exception {
    Map<String, List<String>> enums =
        Map.of(
            "spec.onStale", List.of("lastResort", "use", "exclude"),
            "spec.targets", List.of("local", "any", "west"));
    Set<String> schema = new TreeSet<>();
    FailoverPolicyDocument.SPEC.forEach(field -> schema.add("spec." + field));
    schema.remove("spec.selector");
    schema.add("spec.selector.service");
    enums.forEach((field, values) -> {
      schema.remove(field);
      values.forEach(value -> schema.add(field + "=" + value));
    });
    new OwnCases("failover-policies")
        .hold(
            schema,
            enums,
            Map.of(
                "spec.threshold",
                "is what proxies make of instances' health: the overprovisioning factor"),
            FailoverCasesTest::reached);
  }

  /** Whether the case's cluster is the one that a service's callers in {@code east} try first. */
  private static List<Boolean> reached(JsonNode document, List<JsonNode> cases) {
    if (!(FailoverPolicyDocument.read(document, "default", "one")
        instanceof Validated.Valid<FailoverPolicyDocument>(FailoverPolicyDocument read))) {
      return List.of();
    }
    List<Boolean> decisions = new ArrayList<>();
    for (JsonNode one : cases) {
      List<ClusterEvidence> evidence = new ArrayList<>();
      one.path("clusters")
          .properties()
          .forEach(cluster ->
              evidence.add(
                  new ClusterEvidence(
                      cluster.getKey(),
                      "",
                      cluster.getValue().asText().equals("empty") ? 0 : 1,
                      cluster.getValue().asText().equals("healthy") ? 1 : 0,
                      0,
                      cluster.getValue().asText().equals("stale")
                          ? Freshness.STALE
                          : Freshness.FRESH)));
      boolean selected = read.service().name().equals(one.path("service").asText("payments"));
      var first = FailoverRanking.rank(read.policy(), "east", "", evidence).getFirst();
      decisions.add(
          selected && first.eligible() && first.cluster().equals(one.path("reaches").asText()));
    }
    return decisions;
  }
}
