package dev.weft.agent.replication;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.weft.agent.model.ExternalService;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.model.ServiceRoute;
import dev.weft.agent.model.validate.ExternalServiceDocument;
import dev.weft.agent.model.validate.FailoverPolicyDocument;
import dev.weft.agent.model.validate.ServiceExportDocument;
import dev.weft.agent.model.validate.ServiceRouteDocument;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.AuthorizationPolicy.Action;
import dev.weft.policy.istio.PeerAuthentication;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.SecurityPolicy;
import dev.weft.policy.istio.SecurityPolicy.Kind;
import dev.weft.policy.istio.read.AuthorizationPolicyDocument;
import dev.weft.policy.istio.read.PeerAuthenticationDocument;
import dev.weft.policy.istio.read.RequestAuthenticationDocument;
import dev.weft.policy.istio.read.StandIn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * From the replicated resources to the state, on every replica. Of a resource that this version
 * cannot read (damaged, or written by a newer one) it is remembered why. In the place of one that
 * says who may do what stands its {@link StandIn}, of the others what they said before, if
 * anything; the rest is not touched. Thread-safe.
 */
public final class ResourceFeed implements ReplicatedMap.Listener {

  private static final Logger LOG = Logger.getLogger(ResourceFeed.class);

  private static final String LEFT_OUT = "it counts for nothing";

  /** By their names in the store. */
  private static final Map<String, String> KINDS =
      Map.of(
          FailoverPolicyDocument.KIND,
          "FailoverPolicy",
          ServiceExportDocument.KIND,
          "ServiceExport",
          ServiceRouteDocument.KIND,
          "ServiceRoute",
          ExternalServiceDocument.KIND,
          "ExternalService",
          AuthorizationPolicyDocument.KIND,
          "AuthorizationPolicy",
          PeerAuthenticationDocument.KIND,
          "PeerAuthentication",
          RequestAuthenticationDocument.KIND,
          "RequestAuthentication");

  private final StateWriter writer;

  /** By resource key, the service that the policy of that name selects. */
  private final Map<String, ServiceKey> selected = new HashMap<>();

  /** By resource key. */
  private final Map<String, UnreadableResource> unreadable = new TreeMap<>();

  public ResourceFeed(StateWriter writer) {
    this.writer = writer;
  }

  /** What cannot be read now, in the order of kind, namespace and name. */
  public synchronized List<UnreadableResource> unreadable() {
    return List.copyOf(unreadable.values());
  }

  @Override
  public synchronized void put(String key, byte[] value) {
    String[] parts = key.split("/", -1);
    if (parts.length != 3) {
      LOG.errorf("resource %s has no name", key);
      return;
    }
    JsonNode tree =
        Document.parse(value, Document.Format.JSON) instanceof Document.Parsed(JsonNode parsed)
            ? parsed
            : MissingNode.getInstance();
    switch (parts[0]) {
      case FailoverPolicyDocument.KIND ->
          policy(parts, tree, FailoverPolicyDocument.read(tree, parts[1], parts[2]));
      case ServiceExportDocument.KIND ->
          export(parts, tree, ServiceExportDocument.read(tree, parts[1], parts[2]));
      case ServiceRouteDocument.KIND ->
          route(parts, tree, ServiceRouteDocument.read(tree, parts[1], parts[2]));
      case ExternalServiceDocument.KIND ->
          external(parts, tree, ExternalServiceDocument.read(tree, parts[1], parts[2]));
      case AuthorizationPolicyDocument.KIND ->
          security(
              Kind.AUTHORIZATION,
              parts,
              tree,
              AuthorizationPolicyDocument.read(tree, parts[1], parts[2]));
      case PeerAuthenticationDocument.KIND ->
          security(
              Kind.PEER_AUTHENTICATION,
              parts,
              tree,
              PeerAuthenticationDocument.read(tree, parts[1], parts[2]));
      case RequestAuthenticationDocument.KIND ->
          security(
              Kind.REQUEST_AUTHENTICATION,
              parts,
              tree,
              RequestAuthenticationDocument.read(tree, parts[1], parts[2]));
      default -> LOG.debugf("resource %s is of a kind not known here", key);
    }
  }

  @Override
  public synchronized void removed(String key) {
    String[] parts = key.split("/", -1);
    if (parts.length != 3) {
      return;
    }
    unreadable.remove(key);
    switch (parts[0]) {
      case FailoverPolicyDocument.KIND -> unselect(key);
      case ServiceExportDocument.KIND ->
          writer.submit(new Delta.ExportRemoved(new ServiceKey(parts[1], parts[2])));
      case ServiceRouteDocument.KIND ->
          writer.submit(new Delta.RouteRemoved(new ServiceKey(parts[1], parts[2])));
      case ExternalServiceDocument.KIND ->
          writer.submit(new Delta.ExternalRemoved(new ServiceKey(parts[1], parts[2])));
      case AuthorizationPolicyDocument.KIND -> removed(Kind.AUTHORIZATION, parts);
      case PeerAuthenticationDocument.KIND -> removed(Kind.PEER_AUTHENTICATION, parts);
      case RequestAuthenticationDocument.KIND -> removed(Kind.REQUEST_AUTHENTICATION, parts);
      default -> LOG.debugf("resource %s is of a kind not known here", key);
    }
  }

  private void removed(Kind kind, String[] parts) {
    writer.submit(new Delta.SecurityRemoved(kind, new PolicyName(parts[1], parts[2])));
    withoutStandIn(kind, parts);
  }

  private void withoutStandIn(Kind kind, String[] parts) {
    if (kind == Kind.REQUEST_AUTHENTICATION) {
      writer.submit(
          new Delta.SecurityRemoved(Kind.AUTHORIZATION, StandIn.forTokens(parts[1], parts[2])));
    }
  }

  private void security(
      Kind kind, String[] parts, JsonNode tree, Validated<? extends SecurityPolicy> read) {
    switch (read) {
      case Validated.Valid<? extends SecurityPolicy>(SecurityPolicy policy) -> {
        unreadable.remove(String.join("/", parts));
        writer.submit(new Delta.SecurityWritten(policy));
        withoutStandIn(kind, parts);
      }
      case Validated.Invalid<? extends SecurityPolicy>(List<Problem> problems) -> {
        SecurityPolicy standIn = StandIn.of(kind, tree, parts[1], parts[2]);
        unreadable(parts, tree, problems, instead(standIn));
        writer.submit(new Delta.SecurityWritten(standIn));
        if (standIn.kind() != kind) {
          writer.submit(new Delta.SecurityRemoved(kind, new PolicyName(parts[1], parts[2])));
        }
      }
    }
  }

  private static String instead(SecurityPolicy standIn) {
    return switch (standIn) {
      case AuthorizationPolicy policy when policy.dryRun() -> "it has no say, which is all it had";
      case AuthorizationPolicy policy when policy.action() == Action.ALLOW ->
          "what it allowed is denied unless another policy allows it";
      case AuthorizationPolicy policy -> "everything that it could be for is denied";
      case PeerAuthentication peers -> "what it could be for takes mutual TLS alone";
      case RequestAuthentication requests -> "no token is taken";
    };
  }

  private void unreadable(String[] parts, JsonNode tree, List<Problem> problems, String instead) {
    Problem first = problems.getFirst();
    String reason =
        tree.hasNonNull(StoredResources.UNREADABLE)
            ? tree.get(StoredResources.UNREADABLE).asText()
            : tree.isMissingNode() ? "it is no JSON" : first.field() + ": " + first.message();
    String key = String.join("/", parts);
    LOG.errorf("resource %s cannot be read (%s): %s", key, reason, instead);
    unreadable.put(
        key,
        new UnreadableResource(
            KINDS.getOrDefault(parts[0], parts[0]), parts[1], parts[2], reason, instead));
  }

  private void policy(String[] parts, JsonNode tree, Validated<FailoverPolicyDocument> read) {
    String key = String.join("/", parts);
    switch (read) {
      case Validated.Valid<FailoverPolicyDocument>(FailoverPolicyDocument document) -> {
        unreadable.remove(key);
        if (!document.service().equals(selected.get(key))) {
          unselect(key);
        }
        selected.put(key, document.service());
        writer.submit(new Delta.PolicyWritten(document.service(), document.policy()));
      }
      case Validated.Invalid<FailoverPolicyDocument>(List<Problem> problems) ->
          unreadable(parts, tree, problems, LEFT_OUT);
    }
  }

  private void unselect(String key) {
    ServiceKey before = selected.remove(key);
    if (before != null) {
      writer.submit(new Delta.PolicyRemoved(before));
    }
  }

  private void export(String[] parts, JsonNode tree, Validated<ServiceExport> read) {
    switch (read) {
      case Validated.Valid<ServiceExport>(ServiceExport export) -> {
        unreadable.remove(String.join("/", parts));
        writer.submit(new Delta.Exported(export));
      }
      case Validated.Invalid<ServiceExport>(List<Problem> problems) -> {
        unreadable(parts, tree, problems, "the service is exported to nobody");
        writer.submit(new Delta.ExportRemoved(new ServiceKey(parts[1], parts[2])));
      }
    }
  }

  private void route(String[] parts, JsonNode tree, Validated<ServiceRoute> read) {
    switch (read) {
      case Validated.Valid<ServiceRoute>(ServiceRoute route) -> {
        unreadable.remove(String.join("/", parts));
        writer.submit(new Delta.RouteWritten(route));
      }
      case Validated.Invalid<ServiceRoute>(List<Problem> problems) ->
          unreadable(parts, tree, problems, LEFT_OUT);
    }
  }

  private void external(String[] parts, JsonNode tree, Validated<ExternalService> read) {
    switch (read) {
      case Validated.Valid<ExternalService>(ExternalService service) -> {
        unreadable.remove(String.join("/", parts));
        writer.submit(new Delta.ExternalWritten(service));
      }
      case Validated.Invalid<ExternalService>(List<Problem> problems) ->
          unreadable(parts, tree, problems, LEFT_OUT);
    }
  }
}
