package dev.weft.agent.state;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.DeniedPeers;
import dev.weft.agent.model.Enrolment;
import dev.weft.agent.model.ExternalServices;
import dev.weft.agent.model.ImportedService;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.Peer;
import dev.weft.agent.model.PeerPhase;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.model.ServiceRoute;
import dev.weft.agent.model.TracingSettings;
import dev.weft.policy.failover.FailoverPolicy;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import dev.weft.policy.istio.SecurityPolicies;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that compile and the API read, at one moment. Immutable.
 *
 * @param version grows with each published state
 * @param instances of this cluster, by service, then by instance id
 * @param nodes by node id
 * @param served by node id: the server names of which the node acknowledged that it serves them; a
 *     node that is missing is one of an earlier start that has not said anything since, and is
 *     taken to serve what it did
 * @param enrolments by identity
 * @param peers by cluster
 * @param phases by peer cluster
 * @param imports by peer cluster, then by service
 * @param failoverPolicies by the service selected
 * @param exports by service
 * @param routes by their own names
 * @param externals servers outside of the mesh
 * @param security who may do what
 */
public record MeshState(
    long version,
    Local local,
    Map<ServiceKey, Map<String, Instance>> instances,
    Map<String, NodeAnnouncement> nodes,
    Map<String, Set<String>> served,
    Map<SpiffeId, Enrolment> enrolments,
    Map<String, Peer> peers,
    Map<String, PeerPhase> phases,
    Map<String, Map<ServiceKey, ImportedService>> imports,
    Map<ServiceKey, FailoverPolicy> failoverPolicies,
    Map<ServiceKey, ServiceExport> exports,
    Map<ServiceKey, ServiceRoute> routes,
    ExternalServices externals,
    SecurityPolicies security) {

  public MeshState {
    instances = Map.copyOf(instances);
    nodes = Map.copyOf(nodes);
    served = Map.copyOf(served);
    enrolments = Map.copyOf(enrolments);
    peers = Map.copyOf(peers);
    phases = Map.copyOf(phases);
    imports = Map.copyOf(imports);
    failoverPolicies = Map.copyOf(failoverPolicies);
    exports = Map.copyOf(exports);
    routes = Map.copyOf(routes);
  }

  /** The trust domains whose workloads may call a service of this cluster, the own one first. */
  public List<TrustDomain> callers(ServiceKey service) {
    List<TrustDomain> callers = new ArrayList<>();
    callers.add(local.trustDomain());
    ServiceExport export = exports.get(service);
    if (export != null) {
      export.consumers().stream()
          .filter(consumer -> !consumer.equals(local.cluster()))
          .sorted()
          .map(consumer -> new TrustDomain(consumer + "." + local.mesh()))
          .forEach(callers::add);
    }
    return callers;
  }

  /**
   * This cluster.
   *
   * @param agentAddress where nodes and, through the gateway, peers reach this agent
   * @param trust whom it believes now
   * @param tracing {@code null}: nodes do not trace
   * @param rootNamespace whose security policies are for the whole mesh
   * @param mode where no {@code PeerAuthentication} says one
   * @param reasonHeader of a sidecar's 403, says why; empty: there is none
   */
  public record Local(
      String mesh,
      String cluster,
      String region,
      String zone,
      TrustDomain trustDomain,
      Address agentAddress,
      Trust trust,
      @Nullable TracingSettings tracing,
      String rootNamespace,
      Mode mode,
      String reasonHeader) {

    /** The root namespace unless another one is configured. */
    public static final String ROOT_NAMESPACE = "weft-system";

    /** With the usual root namespace, without traces. */
    public Local(
        String mesh,
        String cluster,
        String region,
        String zone,
        TrustDomain trustDomain,
        Address agentAddress,
        Trust trust) {
      this(
          mesh,
          cluster,
          region,
          zone,
          trustDomain,
          agentAddress,
          trust,
          null,
          ROOT_NAMESPACE,
          Mode.USUAL,
          "");
    }

    /** The same, believing others; all else stays what it was at the start. */
    Local with(Trust other) {
      return new Local(
          mesh,
          cluster,
          region,
          zone,
          trustDomain,
          agentAddress,
          other,
          tracing,
          rootNamespace,
          mode,
          reasonHeader);
    }
  }

  /**
   * Whom this cluster believes. It changes while the agent runs.
   *
   * @param bundle DER certificates of the own trust domain's roots
   * @param revoked revocation lists of the own trust domain's issuers, DER
   * @param denied whom nobody here lets in
   */
  public record Trust(List<byte[]> bundle, List<byte[]> revoked, DeniedPeers denied) {

    public Trust {
      bundle = List.copyOf(bundle);
      revoked = List.copyOf(revoked);
    }

    /** Everybody whom these roots vouch for. */
    public Trust(List<byte[]> bundle) {
      this(bundle, List.of(), DeniedPeers.NONE);
    }
  }
}
