package dev.weft.agent.model.validate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.ServiceKey;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.identity.DnsLabel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code ServiceExport} of {@code multicluster.x-k8s.io/v1alpha1} (Kubernetes' multi-cluster
 * services API). It has the name of the service; who may see it is said in an annotation, since the
 * kind itself knows only "everybody".
 */
public final class ServiceExportDocument {

  /** The kind's name in the store and in URLs. */
  public static final String KIND = "service-exports";

  /** The annotation with the peers that the service is exported to, separated by commas. */
  public static final String CONSUMERS = "mesh.weft.dev/consumers";

  private static final int MOST_CONSUMERS = 256;

  private ServiceExportDocument() {}

  /** Reads a document whose URL names it so. */
  public static Validated<ServiceExport> read(JsonNode document, String namespace, String name) {
    List<Problem> problems = new ArrayList<>();
    Fields fields = Fields.of(document, problems, Set.of("apiVersion", "kind", "metadata"));
    fields.constant("apiVersion", "multicluster.x-k8s.io/v1alpha1");
    fields.constant("kind", "ServiceExport");
    Map<String, String> annotations = Metadata.annotations(fields, namespace, name);
    Set<String> consumers = consumers(annotations.get(CONSUMERS), problems);
    return Validated.of(
        problems, () -> new ServiceExport(new ServiceKey(namespace, name), consumers));
  }

  private static Set<String> consumers(
      @org.jspecify.annotations.Nullable String text, List<Problem> problems) {
    String field = "metadata.annotations[\"" + CONSUMERS + "\"]";
    Set<String> consumers = new LinkedHashSet<>();
    if (text == null) {
      problems.add(
          new Problem(
              field, "required: the clusters that may see the service, separated by commas"));
      return consumers;
    }
    for (String part : text.split(",", MOST_CONSUMERS + 1)) {
      String consumer = part.strip();
      if (!DnsLabel.matches(consumer)) {
        problems.add(
            new Problem(
                field, "expected clusters' names, found \"" + Fields.brief(consumer) + "\""));
      } else if (!consumers.add(consumer)) {
        problems.add(new Problem(field, "\"" + consumer + "\" is there already"));
      }
    }
    return consumers;
  }
}
