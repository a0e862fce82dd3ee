package dev.weft.policy.istio.decide;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.authz.NearMiss;
import java.util.List;

/** A verdict as documents have it. Pure. */
public final class VerdictJson {
  private VerdictJson() {}

  /** An object; what there is nothing to say of is left out. */
  public static ObjectNode of(Verdict verdict) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("decision", verdict.outcome().words());
    if (verdict.status() != 0) {
      json.put("status", verdict.status());
    }
    rule(json, verdict.rule());
    json.put("reason", verdict.reason());
    nearest(json, verdict.nearest());
    List<String> asked = verdict.asked();
    if (!asked.isEmpty()) {
      asked.forEach(json.putArray("asks")::add);
    }
    ArrayNode stages = json.putArray("stages");
    for (Stage stage : verdict.stages()) {
      ObjectNode one = stages.addObject();
      one.put("stage", stage.kind().words());
      if (stage.dryRun()) {
        one.put("dryRun", true);
      }
      one.put("passes", stage.passed());
      rule(one, stage.rule());
      if (!stage.provider().isEmpty()) {
        one.put("provider", stage.provider());
      }
      one.put("reason", stage.reason());
      nearest(one, stage.nearest());
    }
    verdict.policies().forEach(json.putArray("policies")::add);
    return json;
  }

  /** Its name as logs have it, and whose rule it is. */
  private static void rule(ObjectNode json, String rule) {
    if (rule.isEmpty()) {
      return;
    }
    json.put("rule", rule);
    String policy = Verdict.policy(rule);
    if (!policy.isEmpty()) {
      json.put("policy", policy);
    }
  }

  private static void nearest(ObjectNode json, List<NearMiss> nearest) {
    if (!nearest.isEmpty()) {
      ArrayNode array = json.putArray("nearest");
      nearest.forEach(
          miss -> array.addObject().put("rule", miss.rule()).put("wants", miss.condition()));
    }
  }
}
