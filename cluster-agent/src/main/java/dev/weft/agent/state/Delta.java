package dev.weft.agent.state;

import dev.weft.agent.model.DeniedPeers;
import dev.weft.agent.model.Enrolment;
import dev.weft.agent.model.ExternalService;
import dev.weft.agent.model.ImportedService;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.Peer;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.model.ServiceRoute;
import dev.weft.policy.failover.FailoverPolicy;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import dev.weft.policy.istio.SecurityPolicy;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A change that somebody saw. Applying one twice is the same as once. */
public sealed interface Delta {

  /** All instances of a catalog source for one service; empty: none is left. */
  record ServiceInstances(ServiceKey service, List<Instance> instances) implements Delta {}

  /** A node connected or announced something new. */
  record NodeUp(NodeAnnouncement node) implements Delta {}

  /**
   * A node's last stream ended. Its announcement stays for a hold time, so that an agent restart
   * forgets nobody.
   */
  record NodeDown(String nodeId) implements Delta {}

  /** What a node that is or is about to be up serves, by server name; all of it. */
  record NodeServes(String nodeId, Set<String> serverNames) implements Delta {}

  /** What an identity may speak for. */
  record Enrolled(Enrolment enrolment) implements Delta {}

  /** An enrolment is over: nobody has a certificate of the identity any more. */
  record EnrolmentEnded(SpiffeId identity) implements Delta {}

  /** The roots of the own trust domain, DER; all of them, those of what signs first. */
  record OwnRoots(List<byte[]> roots) implements Delta {}

  /** Who is not let in any more, all of them. */
  record Denied(DeniedPeers denied) implements Delta {}

  /** Revocation lists of the own trust domain's issuers, DER; none: revocation is not looked at. */
  record Revoked(List<byte[]> lists) implements Delta {}

  /** The configured peers, all of them. */
  record Peers(List<Peer> peers) implements Delta {}

  /** A heartbeat of a peer arrived, on the agent's monotonic clock. */
  record PeerHeard(String peer, long atMillis) implements Delta {}

  /** A peer's service arrived or changed. */
  record Imported(ImportedService service) implements Delta {}

  /** A peer's service is gone. */
  record ImportRemoved(String peer, ServiceKey service) implements Delta {}

  /** A failover policy was written. */
  record PolicyWritten(ServiceKey service, FailoverPolicy policy) implements Delta {}

  /** A failover policy was removed. */
  record PolicyRemoved(ServiceKey service) implements Delta {}

  /** An export was written. */
  record Exported(ServiceExport export) implements Delta {}

  /** An export was removed. */
  record ExportRemoved(ServiceKey service) implements Delta {}

  /** A route was written. */
  record RouteWritten(ServiceRoute route) implements Delta {}

  /** A route was removed. */
  record RouteRemoved(ServiceKey route) implements Delta {}

  /** A server outside of the mesh was written. */
  record ExternalWritten(ExternalService service) implements Delta {}

  /** A server outside of the mesh was removed. */
  record ExternalRemoved(ServiceKey service) implements Delta {}

  /**
   * Where servers outside of the mesh are.
   *
   * @param addresses literal, by host name; all of them
   */
  record ExternalResolved(Map<String, List<String>> addresses) implements Delta {}

  /** A security resource was written. */
  record SecurityWritten(SecurityPolicy policy) implements Delta {}

  /** A security resource was removed. */
  record SecurityRemoved(SecurityPolicy.Kind kind, PolicyName name) implements Delta {}

  /**
   * Keys that tokens are verified with were fetched.
   *
   * @param jwks a JSON web key set of public keys
   */
  record KeysFetched(Keys from, String jwks) implements Delta {}

  /** Who is asked about what {@code CUSTOM} policies match, all of them. */
  record ProvidersConfigured(List<Provider> providers) implements Delta {}

  /** Nobody asks for these keys any more. */
  record KeysForgotten(Keys from) implements Delta {}
}
