package dev.weft.agent.model.validate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.ServiceKey;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.failover.FailoverPolicy;
import dev.weft.policy.failover.FailoverPolicy.OnStale;
import dev.weft.policy.failover.FailoverPolicy.Target;
import dev.weft.policy.identity.DnsLabel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code FailoverPolicy} of {@code mesh.weft.dev/v1}.
 *
 * @param service whose callers it is for
 */
public record FailoverPolicyDocument(ServiceKey service, FailoverPolicy policy) {

  /** The kind's name in the store and in URLs. */
  public static final String KIND = "failover-policies";

  /** The fields of {@code spec}; no other is taken. */
  public static final Set<String> SPEC = Set.of("selector", "targets", "threshold", "onStale");

  private static final int MOST_TARGETS = 32;

  /** Reads a document whose URL names it so. */
  public static Validated<FailoverPolicyDocument> read(
      JsonNode document, String namespace, String name) {
    List<Problem> problems = new ArrayList<>();
    Fields fields = Fields.of(document, problems, Set.of("apiVersion", "kind", "metadata", "spec"));
    fields.constant("apiVersion", "mesh.weft.dev/v1");
    fields.constant("kind", "FailoverPolicy");
    Metadata.annotations(fields, namespace, name);
    Fields spec = fields.object("spec", SPEC);
    Optional<String> service = label(spec.object("selector", Set.of("service")));
    List<Target> targets = targets(spec);
    int threshold = spec.number("threshold", 1, 100).orElse(FailoverPolicy.DEFAULT.threshold());
    OnStale onStale = onStale(spec);
    return Validated.of(
        problems,
        () ->
            new FailoverPolicyDocument(
                new ServiceKey(namespace, service.orElseThrow()),
                new FailoverPolicy(targets, threshold, onStale)));
  }

  private static Optional<String> label(Fields selector) {
    Optional<String> service = selector.requiredText("service");
    service
        .filter(name -> !DnsLabel.matches(name))
        .ifPresent(name ->
            selector.problem(
                "service",
                "expected a DNS label in lower case of at most 63 characters, found \""
                    + Fields.brief(name)
                    + "\""));
    return service;
  }

  private static List<Target> targets(Fields spec) {
    if (!spec.has("targets")) {
      spec.problem("targets", "required");
      return List.of();
    }
    List<JsonNode> elements = spec.array("targets");
    if (elements.isEmpty() || elements.size() > MOST_TARGETS) {
      spec.problem(
          "targets", "expected 1 to " + MOST_TARGETS + " targets, found " + elements.size());
    }
    List<Target> targets = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    int index = 0;
    for (JsonNode element : elements) {
      String at = "targets[" + index++ + "]";
      String text = element.isTextual() ? element.textValue() : "";
      if (!DnsLabel.matches(text)) {
        spec.problem(
            at,
            "expected local, any or a cluster's name, found "
                + (element.isTextual() ? "\"" + Fields.brief(text) + "\"" : Fields.type(element)));
      } else if (!seen.add(text)) {
        spec.problem(at, "\"" + text + "\" is there already");
      } else {
        targets.add(target(text));
      }
    }
    return targets;
  }

  private static Target target(String text) {
    return switch (text) {
      case "local" -> new Target.Local();
      case "any" -> new Target.Any();
      default -> new Target.Cluster(text);
    };
  }

  private static OnStale onStale(Fields spec) {
    String text = spec.text("onStale").orElse("lastResort");
    return switch (text) {
      case "lastResort" -> OnStale.LAST_RESORT;
      case "use" -> OnStale.USE;
      case "exclude" -> OnStale.EXCLUDE;
      default -> {
        spec.problem(
            "onStale", "expected lastResort, use or exclude, found \"" + Fields.brief(text) + "\"");
        yield OnStale.LAST_RESORT;
      }
    };
  }
}
