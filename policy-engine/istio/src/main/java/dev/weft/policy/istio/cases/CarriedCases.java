package dev.weft.policy.istio.cases;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The cases that a policy carries in its annotation {@value #ANNOTATION}: a list of cases, or an
 * object with {@code workload} and {@code cases}. Where nothing is said, the workload is one of the
 * policy's namespace that it selects, exported to nobody.
 */
public final class CarriedCases {
  /** The annotation: YAML in a text. */
  public static final String ANNOTATION = "weft.dev/cases";

  /** The path of the annotation in a document. */
  public static final String AT = "metadata.annotations[\"" + ANNOTATION + "\"]";

  /** Most bytes of the annotation. */
  static final int LARGEST = 16 * 1024;

  /** Most cases of one policy: each is run for every change. */
  static final int MOST = 64;

  private CarriedCases() {}

  /** Those of a policy; empty: it carries none. */
  static Optional<Validated<CaseSuite>> of(JsonNode policy, Mesh mesh) {
    JsonNode metadata = policy.path("metadata");
    return of(
        policy,
        metadata.path("namespace").asText("default"),
        metadata.path("name").asText(""),
        mesh);
  }

  /** Those of a policy that is called so; empty: it carries none. */
  static Optional<Validated<CaseSuite>> of(
      JsonNode policy, String namespace, String name, Mesh mesh) {
    JsonNode text = policy.path("metadata").path("annotations").path(ANNOTATION);
    String origin = policy.path("kind").asText("") + " " + namespace + "/" + name;
    return text.isTextual()
        ? Optional.of(read(origin, usual(policy, namespace), text.asText(), mesh))
        : Optional.empty();
  }

  private static Validated<CaseSuite> read(
      String origin, CaseReader.Usual usual, String text, Mesh mesh) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > LARGEST) {
      return invalid("has " + bytes.length + " bytes, at most " + LARGEST);
    }
    return switch (Document.parse(bytes, Document.Format.YAML)) {
      case Document.Malformed malformed -> invalid("malformed: " + malformed.text());
      case Document.Parsed(JsonNode tree) -> {
        JsonNode object =
            tree.isArray() ? JsonNodeFactory.instance.objectNode().set("cases", tree) : tree;
        List<Problem> problems = new ArrayList<>();
        Fields document =
            Fields.of(MissingNode.getInstance(), problems, Set.of())
                .element(object, AT, CaseReader.CARRIED);
        CaseSuite suite = CaseReader.read(origin, document, mesh, usual, MOST, problems);
        yield Validated.of(problems, () -> suite);
      }
    };
  }

  private static Validated<CaseSuite> invalid(String message) {
    return new Validated.Invalid<>(List.of(new Problem(AT, message)));
  }

  private static CaseReader.Usual usual(JsonNode policy, String namespace) {
    JsonNode spec = policy.path("spec");
    Map<String, String> labels = new HashMap<>();
    spec.path("selector")
        .path("matchLabels")
        .properties()
        .forEach(label -> labels.put(label.getKey(), label.getValue().asText("")));
    String app =
        List.of("app", "app.kubernetes.io/name", "service.istio.io/canonical-name").stream()
            .map(name -> labels.getOrDefault(name, ""))
            .filter(name -> !name.isEmpty())
            .findFirst()
            .orElse("httpbin");
    String target = spec.path("targetRef").path("name").asText("");
    String first = spec.path("targetRefs").path(0).path("name").asText(target);
    return new CaseReader.Usual(namespace, first.isEmpty() ? app : first, labels, List.of());
  }
}
