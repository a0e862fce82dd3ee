package dev.weft.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.ExternalService;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.model.validate.ExternalServiceDocument;
import dev.weft.agent.state.MeshState;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What external services may not be together with others. Pure. */
final class ExternalServiceRules {
  private ExternalServiceRules() {}

  /**
   * What is wrong with one about to be written: a name within or without the mesh is one server's.
   *
   * @param others all others, by namespace and name
   */
  static List<Problem> problems(
      JsonNode document,
      String namespace,
      String name,
      Map<String, JsonNode> others,
      MeshState state) {
    return switch (ExternalServiceDocument.read(document, namespace, name)) {
      case Validated.Invalid<ExternalService>(List<Problem> problems) -> problems;
      case Validated.Valid<ExternalService>(ExternalService written) -> {
        List<Problem> problems = new ArrayList<>();
        if (isOfMesh(written.key(), state)) {
          problems.add(
              new Problem("metadata.name", written.key() + " is a service of the mesh already"));
        }
        others.forEach((path, tree) -> {
          String[] names = path.split("/", 2);
          if (ExternalServiceDocument.read(tree, names[0], names[1])
              instanceof Validated.Valid<ExternalService>(ExternalService other)) {
            for (int i = 0; i < written.hosts().size(); i++) {
              String host = written.hosts().get(i);
              if (other.hosts().contains(host)) {
                problems.add(
                    new Problem(
                        "spec.hosts[" + i + "]", "\"" + host + "\" is of " + path + " already"));
              }
            }
          }
        });
        yield problems;
      }
    };
  }

  /** Those that callers do not reach as their author probably thinks. */
  static List<PolicyWarning> warnings(MeshState state) {
    List<PolicyWarning> warnings = new ArrayList<>();
    state.externals().all().values().stream()
        .sorted(Comparator.comparing(ExternalService::key))
        .forEach(service -> {
          ServiceKey key = service.key();
          if (isOfMesh(key, state)) {
            warnings.add(
                warning(
                    key, "a service of the mesh has its name, and is what callers reach by it"));
          }
          if (state.externals().addressesOf(service).isEmpty()) {
            warnings.add(
                warning(
                    key,
                    "of "
                        + service.address().host()
                        + " no address is known: requests to it are answered with 503"));
          }
        });
    return warnings;
  }

  private static PolicyWarning warning(ServiceKey key, String message) {
    return new PolicyWarning("ExternalService", key.namespace(), key.name(), message);
  }

  private static boolean isOfMesh(ServiceKey key, MeshState state) {
    return state.instances().containsKey(key)
        || state.imports().values().stream().anyMatch(of -> of.containsKey(key));
  }
}
