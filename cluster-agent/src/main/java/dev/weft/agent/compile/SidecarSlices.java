package dev.weft.agent.compile;

import dev.weft.agent.compile.listener.InboundListener;
import dev.weft.agent.compile.listener.Traces;
import dev.weft.agent.compile.upstream.Fixed;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.ServerNames;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.model.TracingSettings;
import dev.weft.agent.state.JoinedInstance;
import dev.weft.agent.state.MeshState;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.compile.Destination;
import dev.weft.policy.istio.compile.PolicyIndex;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What only one sidecar has: its inbound listener and the applications behind it.
 *
 * @param inbound empty while nothing that it fronts has joined
 * @param asked outside the mesh, by the policies of its applications, in the order of their names
 */
record SidecarSlices(
    Optional<InboundListener.Slice> inbound,
    List<Fixed.Application> applications,
    List<Provider> asked) {

  SidecarSlices {
    applications = List.copyOf(applications);
    asked = List.copyOf(asked);
  }

  /**
   * @param fronted the instances that joined this sidecar, by service and id
   */
  static SidecarSlices of(
      MeshState state,
      NodeAnnouncement node,
      List<JoinedInstance.Fronted> fronted,
      Map<ServiceKey, ServiceSlices> services,
      PolicyIndex policies) {
    Map<Integer, Fixed.Application> applications = new TreeMap<>();
    Map<String, InboundListener.Chain> chains = new TreeMap<>();
    List<JoinedInstance.Fronted> ordered =
        fronted.stream()
            .sorted(Comparator.comparing(one -> one.instance().address().toString()))
            .toList();
    for (JoinedInstance.Fronted one : ordered) {
      Address address = one.instance().address();
      ServiceKey service = one.instance().service();
      ServiceSlices slices = services.get(service);
      String protocol = slices == null ? "http" : slices.protocol();
      boolean http2 = protocol.equals("http2") || protocol.equals("grpc");
      // Ports name upstreams: of two addresses with one port behind one sidecar the first is
      // served.
      Fixed.Application application =
          applications.computeIfAbsent(
              address.port(), port -> new Fixed.Application(port, address, http2));
      if (!application.address().equals(address)) {
        continue;
      }
      String serverName =
          ServerNames.service(address.port(), service, state.local().trustDomain().name());
      chains.put(
          serverName,
          new InboundListener.Chain(
              serverName,
              application.name(),
              new Destination(
                  state.local().trustDomain(),
                  address.host(),
                  address.port(),
                  !protocol.equals("tcp")),
              state.callers(service),
              policies.of(one.instance().workload()),
              hops(one.instance()),
              plaintext(one.instance(), fronted, policies)));
    }
    Address inbound = node.inbound();
    return new SidecarSlices(
        inbound == null || chains.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new InboundListener.Slice(
                    inbound,
                    List.copyOf(chains.values()),
                    traces(state, node),
                    state.local().reasonHeader())),
        List.copyOf(applications.values()),
        asked(chains.values()));
  }

  private static List<Provider> asked(Collection<InboundListener.Chain> chains) {
    Map<String, Provider> asked = new TreeMap<>();
    for (InboundListener.Chain chain : chains) {
      chain.policies().providers().values().stream()
          .filter(provider -> provider.host() instanceof Provider.Host.Outside)
          .filter(provider -> chain.destination().http() || provider.takesConnections())
          .forEach(provider -> asked.put(provider.name(), provider));
    }
    return List.copyOf(asked.values());
  }

  /** The instance's own word: it is about what stands in front of it. */
  private static OptionalInt hops(Instance instance) {
    String said = instance.settings().get("trusted-hops");
    return said == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(said));
  }

  /** Without a server name nothing says which of several applications a caller wants. */
  private static boolean plaintext(
      Instance instance, List<JoinedInstance.Fronted> fronted, PolicyIndex policies) {
    return policies.mode(instance.workload(), instance.address().port()) != Mode.STRICT
        && fronted.stream()
            .allMatch(other ->
                other.instance().address().equals(instance.address())
                    && other.instance().service().equals(instance.service()));
  }

  /** How the node traces; {@code null}: not at all. */
  static @Nullable Traces traces(MeshState state, NodeAnnouncement node) {
    TracingSettings settings = state.local().tracing();
    return settings == null
        ? null
        : new Traces(
            settings, node.identity().serviceAccount() + "." + node.identity().namespace());
  }
}
