package dev.weft.cli.explain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An explained decision for people. Pure. */
final class ExplainedText {
  private ExplainedText() {}

  /** Several lines. */
  static String of(JsonNode verdict) {
    StringBuilder text = new StringBuilder(verdict.path("decision").asText(""));
    if (verdict.has("status")) {
      text.append(" (").append(verdict.path("status").asInt()).append(')');
    }
    text.append(": ").append(verdict.path("reason").asText("")).append('\n');
    JsonNode workload = verdict.path("workload");
    line(
        text,
        "workload",
        workload.path("namespace").asText("")
            + "/"
            + workload.path("service").asText("")
            + ":"
            + workload.path("port").asText("")
            + ", instance "
            + workload.path("instance").asText(""));
    for (JsonNode miss : verdict.path("nearest")) {
      line(
          text,
          "nearest",
          miss.path("rule").asText("") + " wants " + miss.path("wants").asText(""));
    }
    for (JsonNode stage : verdict.path("stages")) {
      boolean passes = stage.path("passes").asBoolean();
      boolean dryRun = stage.path("dryRun").asBoolean();
      String result =
          dryRun ? (passes ? "would pass" : "would fail") : (passes ? "passes" : "fails");
      line(
          text,
          stage.path("stage").asText(""),
          String.format(Locale.ROOT, "%-10s  %s", result, stage.path("reason").asText("")));
    }
    List<String> policies = new ArrayList<>();
    verdict.path("policies").forEach(policy -> policies.add(policy.asText("")));
    if (!policies.isEmpty()) {
      line(text, "policies", String.join(", ", policies));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format(Locale.ROOT, "  %-10s  %s%n", name, value));
  }
}
