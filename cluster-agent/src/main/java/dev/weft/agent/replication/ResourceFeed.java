package dev.weft.agent.replication;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.model.ServiceRoute;
import dev.weft.agent.model.validate.FailoverPolicyDocument;
import dev.weft.agent.model.validate.ServiceExportDocument;
import dev.weft.agent.model.validate.ServiceRouteDocument;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.SecurityPolicy;
import dev.weft.policy.istio.SecurityPolicy.Kind;
import dev.weft.policy.istio.read.AuthorizationPolicyDocument;
import dev.weft.policy.istio.read.PeerAuthenticationDocument;
import dev.weft.policy.istio.read.RequestAuthenticationDocument;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * From the replicated resources to the state, on every replica. A resource that this version cannot
 * read (written by a newer one) is left out and logged; the others are not touched. Thread-safe.
 */
public final class ResourceFeed implements ReplicatedMap.Listener {

  private static final Logger LOG = Logger.getLogger(ResourceFeed.class);

  private final StateWriter writer;

  /** By resource key, the service that the policy of that name selects. */
  private final Map<String, ServiceKey> selected = new HashMap<>();

  public ResourceFeed(StateWriter writer) {
    this.writer = writer;
  }

  @Override
  public synchronized void put(String key, byte[] value) {
    String[] parts = key.split("/", -1);
    if (parts.length == 3
        && Document.parse(value, Document.Format.JSON) instanceof Document.Parsed(JsonNode tree)) {
      switch (parts[0]) {
        case FailoverPolicyDocument.KIND ->
            policy(key, FailoverPolicyDocument.read(tree, parts[1], parts[2]));
        case ServiceExportDocument.KIND ->
            export(key, ServiceExportDocument.read(tree, parts[1], parts[2]));
        case ServiceRouteDocument.KIND ->
            route(key, ServiceRouteDocument.read(tree, parts[1], parts[2]));
        case AuthorizationPolicyDocument.KIND ->
            security(key, AuthorizationPolicyDocument.read(tree, parts[1], parts[2]));
        case PeerAuthenticationDocument.KIND ->
            security(key, PeerAuthenticationDocument.read(tree, parts[1], parts[2]));
        case RequestAuthenticationDocument.KIND ->
            security(key, RequestAuthenticationDocument.read(tree, parts[1], parts[2]));
        default -> LOG.debugf("resource %s is of a kind not known here", key);
      }
    } else {
      LOG.errorf("resource %s cannot be read", key);
    }
  }

  @Override
  public synchronized void removed(String key) {
    String[] parts = key.split("/", -1);
    if (parts.length != 3) {
      return;
    }
    switch (parts[0]) {
      case FailoverPolicyDocument.KIND -> unselect(key);
      case ServiceExportDocument.KIND ->
          writer.submit(new Delta.ExportRemoved(new ServiceKey(parts[1], parts[2])));
      case ServiceRouteDocument.KIND ->
          writer.submit(new Delta.RouteRemoved(new ServiceKey(parts[1], parts[2])));
      case AuthorizationPolicyDocument.KIND -> removed(Kind.AUTHORIZATION, parts);
      case PeerAuthenticationDocument.KIND -> removed(Kind.PEER_AUTHENTICATION, parts);
      case RequestAuthenticationDocument.KIND -> removed(Kind.REQUEST_AUTHENTICATION, parts);
      default -> LOG.debugf("resource %s is of a kind not known here", key);
    }
  }

  private void removed(Kind kind, String[] parts) {
    writer.submit(new Delta.SecurityRemoved(kind, new PolicyName(parts[1], parts[2])));
  }

  /**
   * One that cannot be read any more keeps what it said before: without it, more might be allowed.
   */
  private void security(String key, Validated<? extends SecurityPolicy> read) {
    switch (read) {
      case Validated.Valid<? extends SecurityPolicy>(SecurityPolicy policy) ->
          writer.submit(new Delta.SecurityWritten(policy));
      case Validated.Invalid<? extends SecurityPolicy> invalid ->
          LOG.errorf("resource %s is left out: %s", key, invalid.problems());
    }
  }

  private void policy(String key, Validated<FailoverPolicyDocument> read) {
    switch (read) {
      case Validated.Valid<FailoverPolicyDocument>(FailoverPolicyDocument document) -> {
        if (!document.service().equals(selected.get(key))) {
          unselect(key);
        }
        selected.put(key, document.service());
        writer.submit(new Delta.PolicyWritten(document.service(), document.policy()));
      }
      case Validated.Invalid<FailoverPolicyDocument> invalid ->
          LOG.errorf("resource %s is left out: %s", key, invalid.problems());
    }
  }

  private void unselect(String key) {
    ServiceKey before = selected.remove(key);
    if (before != null) {
      writer.submit(new Delta.PolicyRemoved(before));
    }
  }

  private void export(String key, Validated<ServiceExport> read) {
    switch (read) {
      case Validated.Valid<ServiceExport>(ServiceExport export) ->
          writer.submit(new Delta.Exported(export));
      case Validated.Invalid<ServiceExport> invalid ->
          LOG.errorf("resource %s is left out: %s", key, invalid.problems());
    }
  }

  private void route(String key, Validated<ServiceRoute> read) {
    switch (read) {
      case Validated.Valid<ServiceRoute>(ServiceRoute route) ->
          writer.submit(new Delta.RouteWritten(route));
      case Validated.Invalid<ServiceRoute> invalid ->
          LOG.errorf("resource %s is left out: %s", key, invalid.problems());
    }
  }
}
