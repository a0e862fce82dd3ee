package dev.weft.agent.state;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.Enrolment;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.ServerNames;
import dev.weft.agent.model.ServiceKey;
import dev.weft.policy.identity.DnsLabel;
import dev.weft.policy.identity.SpiffeId;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * From registrations to sidecars: an instance is meshed when a sidecar announced the instance's
 * very address, its certificate names the service's identity, that identity is enrolled for the
 * service, and the sidecar acknowledged the listener for it. Peers are told of it when a gateway
 * acknowledged to have it, too. Immutable, a pure function of the state; building one costs a pass
 * over the nodes, each question a look-up.
 */
public final class Join {
  private final MeshState.Local local;
  private final Map<SpiffeId, Enrolment> enrolments;
  private final Map<Address, List<NodeAnnouncement>> sidecars;
  private final List<String> gateways;
  private final Map<String, Set<String>> served;

  private Join(
      MeshState.Local local,
      Map<SpiffeId, Enrolment> enrolments,
      Map<Address, List<NodeAnnouncement>> sidecars,
      List<String> gateways,
      Map<String, Set<String>> served) {
    this.local = local;
    this.enrolments = enrolments;
    this.sidecars = sidecars;
    this.gateways = gateways;
    this.served = served;
  }

  /** The join as of this state. */
  public static Join of(MeshState state) {
    Map<Address, List<NodeAnnouncement>> sidecars =
        state.nodes().values().stream()
            .filter(node -> node.role() == NodeAnnouncement.Role.SIDECAR && node.inbound() != null)
            .sorted(Comparator.comparing(NodeAnnouncement::nodeId))
            .flatMap(node -> node.workloads().stream().map(address -> Map.entry(address, node)))
            .collect(
                Collectors.groupingBy(
                    Map.Entry::getKey,
                    Collectors.mapping(Map.Entry::getValue, Collectors.toUnmodifiableList())));
    List<String> gateways =
        state.nodes().values().stream()
            .filter(node -> node.role() == NodeAnnouncement.Role.GATEWAY)
            .map(NodeAnnouncement::nodeId)
            .toList();
    return new Join(state.local(), state.enrolments(), sidecars, gateways, state.served());
  }

  /** The same nodes and enrolments, with what they serve by now. */
  public Join serving(MeshState state) {
    return new Join(local, enrolments, sidecars, gateways, state.served());
  }

  /** Whether only what the nodes serve may differ. */
  // Identity is the point: both come from the same pass over the nodes, or they do not.
  @SuppressWarnings("ReferenceEquality")
  public boolean sameNodes(Join other) {
    return sidecars == other.sidecars;
  }

  /** Whether a peer's caller that comes to one of the gateways is passed on to this instance. */
  public boolean exported(JoinedInstance.Meshed meshed) {
    Instance instance = meshed.instance();
    String domain = local.trustDomain().name();
    String port = ServerNames.service(instance.address().port(), instance.service(), domain);
    String own =
        ServerNames.instance(instance.id(), instance.address().port(), instance.service(), domain);
    String chain = ServerNames.everyPort(instance.service(), domain);
    return gateways.stream()
        .anyMatch(
            gateway -> serves(gateway, chain) && (serves(gateway, own) || serves(gateway, port)));
  }

  /** Whether this instance is known to let callers in without TLS. */
  public boolean plaintext(JoinedInstance.Meshed meshed) {
    Instance instance = meshed.instance();
    Set<String> names = served.get(meshed.sidecar().nodeId());
    return names != null
        && names.contains(
            ServerNames.plaintext(
                ServerNames.service(
                    instance.address().port(), instance.service(), local.trustDomain().name())));
  }

  private boolean serves(String nodeId, String serverName) {
    Set<String> names = served.get(nodeId);
    return names == null || names.contains(serverName);
  }

  /**
   * Who an instance of this service has to be: the service's namespace, and its name as service
   * account.
   */
  public static SpiffeId identity(MeshState.Local local, ServiceKey service) {
    return new SpiffeId(local.trustDomain(), service.namespace(), service.name());
  }

  /**
   * Joins one instance of this cluster. Of several sidecars that would do, the one with the lowest
   * node id is taken.
   */
  public JoinedInstance join(Instance instance) {
    ServiceKey service = instance.service();
    if (!DnsLabel.matches(service.name()) || !DnsLabel.matches(service.namespace())) {
      return unmeshed(
          instance,
          JoinedInstance.Reason.NOT_A_LABEL,
          service + " is not made of lower case DNS labels of at most 63 characters");
    }
    List<NodeAnnouncement> candidates = sidecars.getOrDefault(instance.address(), List.of());
    if (candidates.isEmpty()) {
      return unmeshed(
          instance, JoinedInstance.Reason.NO_SIDECAR, "no sidecar fronts " + instance.address());
    }
    SpiffeId expected = identity(local, instance.service());
    List<NodeAnnouncement> fitting =
        candidates.stream().filter(node -> node.identity().equals(expected)).toList();
    if (fitting.isEmpty()) {
      NodeAnnouncement other = candidates.getFirst();
      return unmeshed(
          instance,
          JoinedInstance.Reason.IDENTITY_MISMATCH,
          String.format(
              Locale.ROOT,
              "identity mismatch: sidecar %s is %s, the service needs %s",
              other.nodeId(),
              other.identity(),
              expected));
    }
    Enrolment enrolment = enrolments.get(expected);
    // An agent that lost its data knows no enrolments, but the certificate still proves who the
    // sidecar is; what a token left out is only known from its record.
    if (enrolment != null && !enrolment.services().contains(instance.service().name())) {
      return unmeshed(
          instance,
          JoinedInstance.Reason.NOT_ENROLLED,
          String.format(
              Locale.ROOT,
              "not enrolled: no join token let %s speak for service %s",
              expected,
              instance.service().name()));
    }
    NodeAnnouncement sidecar = fitting.getFirst();
    String serverName =
        ServerNames.service(
            instance.address().port(), instance.service(), local.trustDomain().name());
    return serves(sidecar.nodeId(), serverName)
        ? new JoinedInstance.Meshed(instance, sidecar)
        : new JoinedInstance.Awaited(instance, sidecar, serverName);
  }

  private static JoinedInstance unmeshed(
      Instance instance, JoinedInstance.Reason reason, String detail) {
    return new JoinedInstance.Unmeshed(instance, reason, detail);
  }
}
