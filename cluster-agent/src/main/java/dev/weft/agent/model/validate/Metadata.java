package dev.weft.agent.model.validate;

import dev.weft.policy.document.Fields;
import dev.weft.policy.identity.DnsLabel;
import java.util.Map;
import java.util.Set;

/** The {@code metadata} of a resource, which has to name what its URL names. */
final class Metadata {

  private static final Set<String> KNOWN = Set.of("namespace", "name", "labels", "annotations");

  private Metadata() {}

  /**
   * Reads it and its annotations.
   *
   * @param namespace of the URL
   * @param name of the URL
   */
  static Map<String, String> annotations(Fields document, String namespace, String name) {
    Fields metadata = document.object("metadata", KNOWN);
    label(metadata, "namespace", namespace);
    label(metadata, "name", name);
    same(metadata, "namespace", namespace);
    same(metadata, "name", name);
    metadata.textMap("labels");
    return metadata.textMap("annotations");
  }

  private static void label(Fields metadata, String field, String inUrl) {
    if (!DnsLabel.matches(inUrl)) {
      metadata.problem(field, "expected a DNS label in lower case of at most 63 characters");
    }
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
}
