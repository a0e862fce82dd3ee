package dev.weft.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.ServiceRoute;
import dev.weft.agent.model.validate.ExternalServiceDocument;
import dev.weft.agent.model.validate.FailoverPolicyDocument;
import dev.weft.agent.model.validate.ServiceExportDocument;
import dev.weft.agent.model.validate.ServiceRouteDocument;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateReader;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.read.AuthorizationPolicyDocument;
import dev.weft.policy.istio.read.PeerAuthenticationDocument;
import dev.weft.policy.istio.read.RequestAuthenticationDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The kinds of resource that can be written, and what makes one of each valid. Pure. */
final class ResourceKinds {
  /** A regular expression of their names, as they stand in paths. */
  static final String NAMES =
      FailoverPolicyDocument.KIND
          + "|"
          + ServiceExportDocument.KIND
          + "|"
          + ServiceRouteDocument.KIND
          + "|"
          + ExternalServiceDocument.KIND
          + "|"
          + AuthorizationPolicyDocument.KIND
          + "|"
          + PeerAuthenticationDocument.KIND
          + "|"
          + RequestAuthenticationDocument.KIND;

  private static final Map<String, Rules> VALIDATORS =
      Map.of(
          FailoverPolicyDocument.KIND,
          (document, namespace, name, others, _) ->
              failoverPolicy(document, namespace, name, others),
          ServiceExportDocument.KIND,
          (document, namespace, name, _, _) ->
              WrittenResources.problems(ServiceExportDocument.read(document, namespace, name)),
          ServiceRouteDocument.KIND,
          (document, namespace, name, others, _) -> serviceRoute(document, namespace, name, others),
          ExternalServiceDocument.KIND,
          ExternalServiceRules::problems,
          AuthorizationPolicyDocument.KIND,
          (document, namespace, name, _, _) ->
              WrittenResources.problems(
                  AuthorizationPolicyDocument.read(document, namespace, name)),
          PeerAuthenticationDocument.KIND,
          (document, namespace, name, _, _) ->
              WrittenResources.problems(PeerAuthenticationDocument.read(document, namespace, name)),
          RequestAuthenticationDocument.KIND,
          TokenRuleLimit::problems);

  /** What is wrong with a document, given all others of the kind and what is known. */
  @FunctionalInterface
  private interface Rules {
    List<Problem> problems(
        JsonNode document,
        String namespace,
        String name,
        Map<String, JsonNode> others,
        MeshState state);
  }

  private ResourceKinds() {}

  /**
   * What is asked of a document of this kind.
   *
   * @param state now
   * @throws IllegalArgumentException when there is no such kind
   */
  static WrittenResources.Validator validator(String kind, StateReader state) {
    Rules rules = VALIDATORS.get(kind);
    if (rules == null) {
      throw new IllegalArgumentException("no kind of resource: " + kind);
    }
    return (document, namespace, name, others) ->
        rules.problems(document, namespace, name, others, state.current());
  }

  /** A service has one policy: which of two would count is nothing to guess at. */
  private static List<Problem> failoverPolicy(
      JsonNode document, String namespace, String name, Map<String, JsonNode> others) {
    return switch (FailoverPolicyDocument.read(document, namespace, name)) {
      case Validated.Invalid<FailoverPolicyDocument>(List<Problem> problems) -> problems;
      case Validated.Valid<FailoverPolicyDocument>(FailoverPolicyDocument read) ->
          others.entrySet().stream()
              .filter(other -> other.getKey().startsWith(namespace + "/"))
              .filter(other ->
                  other
                      .getValue()
                      .path("spec")
                      .path("selector")
                      .path("service")
                      .asText()
                      .equals(read.service().name()))
              .map(other ->
                  new Problem(
                      "spec.selector.service",
                      "\"" + read.service().name() + "\" has a policy already, " + other.getKey()))
              .toList();
    };
  }

  /** One route of a namespace for each service, and no way back to where a request came from. */
  private static List<Problem> serviceRoute(
      JsonNode document, String namespace, String name, Map<String, JsonNode> others) {
    return switch (ServiceRouteDocument.read(document, namespace, name)) {
      case Validated.Invalid<ServiceRoute>(List<Problem> problems) -> problems;
      case Validated.Valid<ServiceRoute>(ServiceRoute route) -> {
        List<Problem> problems = new ArrayList<>();
        Problem cycle = ServiceRouteDocument.cycle(route, others);
        if (cycle != null) {
          problems.add(cycle);
        }
        others.forEach((other, tree) -> {
          String[] names = other.split("/", -1);
          if (route.service() != null
              && names[0].equals(namespace)
              && ServiceRouteDocument.read(tree, namespace, names[1])
                  instanceof Validated.Valid<ServiceRoute>(ServiceRoute there)
              && route.service().equals(there.service())) {
            problems.add(
                new Problem("spec.service", route.service() + " has a route already, " + other));
          }
        });
        yield problems;
      }
    };
  }
}
