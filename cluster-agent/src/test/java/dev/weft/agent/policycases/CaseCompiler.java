package dev.weft.agent.policycases;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.agent.compile.Compiler;
import dev.weft.agent.compile.ResourceType;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.Enrolment;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshStateBuilder;
import dev.weft.policy.document.Validated;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import dev.weft.policy.istio.SecurityPolicy;
import dev.weft.policy.istio.read.AuthorizationPolicyDocument;
import dev.weft.policy.istio.read.PeerAuthenticationDocument;
import dev.weft.policy.istio.read.RequestAuthenticationDocument;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** From a file of cases to what its workload's sidecar is sent. */
final class CaseCompiler {
  private final TestTokens tokens;
  private final String reasonHeader;

  CaseCompiler(TestTokens tokens) {
    this(tokens, "");
  }

  /**
   * @param reasonHeader of a 403, says why; empty: none does
   */
  CaseCompiler(TestTokens tokens, String reasonHeader) {
    this.tokens = tokens;
    this.reasonHeader = reasonHeader;
  }

  /**
   * The inbound listener with these documents in force.
   *
   * @return empty: one of them is refused
   */
  Optional<Listener> listener(CaseFile file, List<JsonNode> documents)
      throws InvalidProtocolBufferException {
    ServiceKey service = new ServiceKey(file.workload().namespace(), file.workload().service());
    Address address = new Address("127.0.0.1", file.workload().port());
    SpiffeId identity = new SpiffeId(MeshStateBuilder.EAST, service.namespace(), service.name());
    NodeAnnouncement node =
        new NodeAnnouncement(
            "node",
            NodeAnnouncement.Role.SIDECAR,
            identity,
            new Address("127.0.0.1", 15006),
            null,
            Set.of(address),
            null,
            null,
            Set.of());
    MeshStateBuilder mesh =
        MeshStateBuilder.explaining(reasonHeader, file.mode())
            .with(
                new Delta.ServiceInstances(
                    service,
                    List.of(
                        new Instance(
                            "one",
                            service,
                            address,
                            1,
                            file.workload().labels(),
                            List.of(),
                            file.workload().settings(),
                            new Evidence(
                                Evidence.Health.PASSING, Evidence.Source.REGISTRY_CHECK, "", 0)))))
            .with(new Delta.Enrolled(new Enrolment(identity, Set.of(service.name()))))
            .with(new Delta.NodeUp(node))
            .peers("west")
            .with(
                new Delta.Exported(
                    new ServiceExport(service, Set.copyOf(file.workload().consumers()))));
    for (JsonNode document : file.policies()) {
      if (!file.unfetched()
          && read(document) instanceof Validated.Valid<?>(RequestAuthentication policy)) {
        policy.rules().stream()
            .filter(rule -> !(rule.keys() instanceof Keys.Inline))
            .forEach(rule -> mesh.with(new Delta.KeysFetched(rule.keys(), tokens.jwks())));
      }
    }
    for (JsonNode document : documents) {
      if (!(read(document) instanceof Validated.Valid<?>(SecurityPolicy policy))) {
        return Optional.empty();
      }
      mesh.with(new Delta.SecurityWritten(policy));
    }
    mesh.with(new Delta.ProvidersConfigured(file.providers()));
    Compiler compiler = new Compiler();
    compiler.update(mesh.build());
    return Optional.of(
        Listener.parseFrom(
            compiler.resources(node, ResourceType.LISTENER).get("inbound").body().getValue()));
  }

  /** What is wrong with a file's documents; empty: nothing. */
  List<String> problems(CaseFile file) {
    List<String> problems = new ArrayList<>();
    for (JsonNode document : file.policies()) {
      if (read(document) instanceof Validated.Invalid<?> invalid) {
        problems.add(invalid.problems().toString());
      }
    }
    return problems;
  }

  private Validated<? extends SecurityPolicy> read(JsonNode written) {
    JsonNode document = withKeys(written.deepCopy());
    String namespace = document.path("metadata").path("namespace").asText();
    String name = document.path("metadata").path("name").asText();
    return switch (document.path("kind").asText()) {
      case "PeerAuthentication" -> PeerAuthenticationDocument.read(document, namespace, name);
      case "RequestAuthentication" -> RequestAuthenticationDocument.read(document, namespace, name);
      default -> AuthorizationPolicyDocument.read(document, namespace, name);
    };
  }

  private JsonNode withKeys(JsonNode document) {
    if (document.path("spec").path("jwtRules") instanceof ArrayNode rules) {
      for (JsonNode rule : rules) {
        if (rule.path("jwks").asText().equals(TestTokens.PLACEHOLDER)) {
          ((ObjectNode) rule).put("jwks", tokens.jwks());
        }
      }
    }
    return document;
  }
}
