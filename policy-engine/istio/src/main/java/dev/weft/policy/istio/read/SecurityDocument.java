package dev.weft.policy.istio.read;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.identity.DnsLabel;
import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.PolicyName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the three kinds have in common: their head, and which workloads they are for.
 *
 * @param annotations of its metadata
 * @param created {@code metadata.creationTimestamp}; empty: not said
 */
record SecurityDocument(
    PolicyName name, Map<String, String> annotations, String created, Fields spec) {

  static final Set<String> VERSIONS = Set.of("security.istio.io/v1", "security.istio.io/v1beta1");

  /** What selects workloads, by kind of object. */
  static final Set<String> SELECTOR = Set.of("matchLabels");

  static final Set<String> TARGET = Set.of("group", "kind", "name", "namespace");

  private static final int MOST_TARGETS = 16;

  /** Besides the first five: what a Kubernetes API server puts there. It means nothing here. */
  private static final Set<String> METADATA =
      Set.of(
          "namespace",
          "name",
          "labels",
          "annotations",
          "creationTimestamp",
          "generation",
          "resourceVersion",
          "uid",
          "managedFields",
          "finalizers",
          "ownerReferences",
          "selfLink",
          "generateName",
          "deletionTimestamp",
          "deletionGracePeriodSeconds");

  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
  private static final int LONGEST_NAME = 253;

  /**
   * Reads the head of a document whose URL names it so.
   *
   * @param specFields every other field of {@code spec} is a problem
   */
  static SecurityDocument read(
      JsonNode document,
      String kind,
      String namespace,
      String name,
      Set<String> specFields,
      List<Problem> problems) {
    Fields fields =
        Fields.of(document, problems, Set.of("apiVersion", "kind", "metadata", "spec", "status"));
    fields
        .requiredText("apiVersion")
        .filter(found -> !VERSIONS.contains(found))
        .ifPresent(found ->
            fields.problem(
                "apiVersion",
                "expected security.istio.io/v1 or security.istio.io/v1beta1, found \""
                    + Fields.brief(found)
                    + "\""));
    fields.constant("kind", kind);
    Fields metadata = fields.object("metadata", METADATA);
    if (!DnsLabel.matches(namespace)) {
      metadata.problem("namespace", "expected a DNS label in lower case of at most 63 characters");
    }
    if (name.length() > LONGEST_NAME || !NAME.matcher(name).matches()) {
      metadata.problem("name", "expected a DNS name in lower case of at most 253 characters");
    }
    same(metadata, "namespace", namespace);
    same(metadata, "name", name);
    metadata.textMap("labels");
    return new SecurityDocument(
        new PolicyName(namespace, name),
        metadata.textMap("annotations"),
        metadata.text("creationTimestamp").orElse(""),
        fields.object("spec", specFields));
  }

  private static void same(Fields metadata, String field, String inUrl) {
    metadata
        .text(field)
        .filter(found -> !found.equals(inUrl))
        .ifPresent(found ->
            metadata.problem(
                field,
                "\"" + Fields.brief(found) + "\" is not what the URL names, \"" + inUrl + "\""));
  }

  /** By {@code selector}, and {@code targetRef} or {@code targetRefs} where the kind has them. */
  Attachment attachment() {
    boolean several = !spec.array("targetRefs").isEmpty();
    if (Stream.of(spec.has("selector"), spec.has("targetRef"), several)
            .filter(Boolean::booleanValue)
            .count()
        > 1) {
      spec.problem(
          several ? "targetRefs" : "targetRef", "expected one of selector, targetRef, targetRefs");
    }
    Map<String, String> labels = labels();
    Set<String> services = new HashSet<>();
    if (spec.has("targetRef")) {
      target(spec.object("targetRef", TARGET)).ifPresent(services::add);
    }
    List<JsonNode> elements = new ArrayList<>(spec.array("targetRefs"));
    if (elements.size() > MOST_TARGETS) {
      spec.problem("targetRefs", "expected at most " + MOST_TARGETS + ", found " + elements.size());
      elements.subList(MOST_TARGETS, elements.size()).clear();
    }
    for (int i = 0; i < elements.size(); i++) {
      target(spec.element(elements.get(i), spec.at("targetRefs[" + i + "]"), TARGET))
          .ifPresent(services::add);
    }
    if (!services.isEmpty()) {
      return new Attachment.Services(services);
    }
    return labels.isEmpty() ? new Attachment.Everything() : new Attachment.Labels(labels);
  }

  private Map<String, String> labels() {
    Fields selector = spec.object("selector", SELECTOR);
    Map<String, String> labels = selector.textMap("matchLabels");
    labels.forEach((key, value) -> {
      String at = "matchLabels[\"" + Fields.brief(key) + "\"]";
      if (key.isEmpty()) {
        selector.problem(at, "expected a label's name");
      } else if (key.contains("*") || value.contains("*")) {
        selector.problem(at, "labels are compared as they are, without *");
      }
    });
    return labels;
  }

  private static Optional<String> target(Fields target) {
    Optional<String> name = target.requiredText("name");
    if (target.text("namespace").filter(found -> !found.isEmpty()).isPresent()) {
      target.problem("namespace", "a policy is attached to services of its own namespace only");
    }
    target
        .text("group")
        .filter(found -> !found.isEmpty() && !found.equals("core"))
        .ifPresent(
            found -> target.problem("group", "expected \"\" or \"core\", found \"" + found + "\""));
    target
        .requiredText("kind")
        .filter(found -> !found.equals("Service"))
        .ifPresent(found ->
            target.problem(
                "kind",
                "expected Service, which is all that policies are attached to here, found \""
                    + Fields.brief(found)
                    + "\""));
    name.filter(found -> !DnsLabel.matches(found))
        .ifPresent(_ ->
            target.problem("name", "expected a DNS label in lower case of at most 63 characters"));
    return name;
  }
}
