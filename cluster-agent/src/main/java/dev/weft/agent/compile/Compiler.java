package dev.weft.agent.compile;

import com.google.protobuf.Message;
import dev.weft.agent.compile.endpoint.Endpoints;
import dev.weft.agent.compile.listener.DeniedCallers;
import dev.weft.agent.compile.listener.EastWestListener;
import dev.weft.agent.compile.listener.InboundListener;
import dev.weft.agent.compile.listener.OutboundListener;
import dev.weft.agent.compile.route.ExternalRoutes;
import dev.weft.agent.compile.route.OutboundRoutes;
import dev.weft.agent.compile.secret.TrustBundles;
import dev.weft.agent.compile.upstream.ExternalUpstream;
import dev.weft.agent.compile.upstream.Fixed;
import dev.weft.agent.compile.upstream.ProviderUpstream;
import dev.weft.agent.compile.upstream.Upstreams;
import dev.weft.agent.model.ExternalService;
import dev.weft.agent.model.Fingerprint;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.MeshState;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.SecurityPolicies;
import dev.weft.policy.istio.compile.PolicyIndex;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The assembler: for one state at a time, the resources of any node. Remembers between states, so
 * that what did not change is the same object as before. Not thread-safe.
 */
public final class Compiler {
  private final Services services = new Services();
  private final Memo<Object, Object, Resource> resources = new Memo<>();
  private final Memo<Object, Object, VirtualHost> hosts = new Memo<>();
  private final Map<Shared, Map<String, Resource>> shared = new HashMap<>();
  private final Map<Shared, Map<String, Resource>> sharedNow = new HashMap<>();
  private @Nullable MeshState state;
  private PolicyIndex policies =
      PolicyIndex.of(SecurityPolicies.NONE, MeshState.Local.ROOT_NAMESPACE);

  /**
   * What a memo is asked for; {@code variant} keeps forms of the same resource for different
   * classes apart.
   */
  private record Key(ResourceType type, String name, Object variant) {}

  private record Shared(ResourceType type, NodeClass nodes) {}

  /** Looks at a new state; forgets what nobody asked for since the last one. */
  @SuppressWarnings("ReferenceEquality")
  public void update(MeshState next) {
    if (state != null) {
      resources.sweep();
      hosts.sweep();
      shared.clear();
      shared.putAll(sharedNow);
      sharedNow.clear();
    }
    // The state keeps the object while nothing in it changes.
    if (state == null || state.security() != next.security()) {
      policies = PolicyIndex.of(next.security(), next.local().rootNamespace(), next.local().mode());
    }
    state = next;
    services.update(next, policies);
  }

  /** How many resources and virtual hosts were compiled so far. */
  public long compiled() {
    return resources.count() + hosts.count();
  }

  /** The resources of one type for this node, as of the last state. */
  public ResourceSet resources(NodeAnnouncement node, ResourceType type) {
    MeshState now = state;
    if (now == null) {
      return ResourceSet.EMPTY;
    }
    NodeClass nodes = NodeClass.of(node);
    Map<String, Resource> common = shared(now, nodes, type);
    Map<String, Resource> own =
        switch (node.role()) {
          case SIDECAR -> ownOfSidecar(now, node, type);
          case GATEWAY -> ownOfGateway(now, node, type);
        };
    return new ResourceSet(common, own);
  }

  private Map<String, Resource> shared(MeshState now, NodeClass nodes, ResourceType type) {
    Shared key = new Shared(type, nodes);
    Map<String, Resource> made = sharedNow.get(key);
    if (made == null) {
      Map<String, Resource> fresh =
          switch (nodes.role()) {
            case SIDECAR -> ofSidecars(now, nodes, type);
            case GATEWAY -> ofGateways(now, nodes, type);
          };
      Map<String, Resource> before = shared.get(key);
      // Equal content by identity of its values: hand out the object that readers already know.
      made = before != null && before.equals(fresh) ? before : fresh;
      sharedNow.put(key, made);
    }
    return made;
  }

  private Map<String, Resource> ofSidecars(MeshState now, NodeClass nodes, ResourceType type) {
    Map<String, Resource> out = new LinkedHashMap<>();
    Predicate<Map.Entry<ServiceKey, ServiceSlices>> visible =
        entry -> nodes.scope().holds(entry.getKey());
    switch (type) {
      case SECRET -> trust(now, out);
      case CLUSTER -> {
        services.all().entrySet().stream()
            .filter(visible)
            .filter(Compiler::somewhere)
            .forEach(entry ->
                add(
                    out,
                    type,
                    entry.getKey().upstreamName(),
                    "",
                    entry.getValue().upstream(),
                    Upstreams::compile));
        for (ExternalService external : ExternalHosts.of(now.externals(), nodes.scope())) {
          add(
              out,
              type,
              ExternalUpstream.name(external.key()),
              "",
              new ExternalUpstream.Slice(external, now.externals().addressesOf(external)),
              ExternalUpstream::compile);
        }
      }
      case ENDPOINTS ->
          services.all().entrySet().stream()
              .filter(visible)
              .filter(Compiler::somewhere)
              .forEach(entry ->
                  add(
                      out,
                      type,
                      entry.getKey().upstreamName(),
                      nodes.perInstance(),
                      entry.getValue().endpoints(),
                      slice -> Endpoints.compile(slice, nodes.perInstance())));
      case ROUTES -> {
        List<VirtualHost> virtual = new ArrayList<>();
        services.all().entrySet().stream()
            .filter(visible)
            .filter(Compiler::somewhere)
            .filter(entry -> entry.getValue().http())
            .forEach(entry ->
                virtual.add(host(now, entry.getKey(), entry.getValue().host(), nodes.namespace())));
        ExternalHosts.routes(
                ExternalHosts.of(now.externals(), nodes.scope()), this::ofMesh, nodes.namespace())
            .forEach(slice ->
                virtual.add(
                    hosts.get(
                        new Key(type, slice.name(), nodes.namespace()),
                        slice,
                        _ -> ExternalRoutes.compile(slice))));
        // Equal virtual hosts are the same objects, so this comparison is cheap where nothing
        // changed.
        add(
            out,
            type,
            OutboundRoutes.NAME,
            nodes.namespace(),
            List.copyOf(virtual),
            OutboundRoutes::assemble);
      }
      case LISTENER -> {}
    }
    return out;
  }

  private VirtualHost host(
      MeshState now, ServiceKey service, OutboundRoutes.Host slice, String callersNamespace) {
    boolean same = service.namespace().equals(callersNamespace);
    List<OutboundRoutes.Rule> rules = RouteRules.of(now.routes(), service, callersNamespace);
    // Without rules the namespaces of callers share what they see.
    Object variant = rules.isEmpty() ? same : callersNamespace;
    return hosts.get(
        new Key(ResourceType.ROUTES, service.upstreamName(), variant),
        List.of(slice, rules),
        _ -> OutboundRoutes.compile(slice, rules, same));
  }

  private Map<String, Resource> ownOfSidecar(
      MeshState now, NodeAnnouncement node, ResourceType type) {
    Map<String, Resource> out = new LinkedHashMap<>();
    SidecarSlices slices =
        SidecarSlices.of(now, node, services.frontedBy(node), services.all(), policies);
    switch (type) {
      case LISTENER -> {
        if (node.outbound() != null) {
          add(
              out,
              type,
              OutboundListener.NAME,
              node.nodeId(),
              new OutboundListener.Slice(node.outbound(), SidecarSlices.traces(now, node)),
              OutboundListener::compile);
        }
        slices
            .inbound()
            .ifPresent(slice ->
                add(
                    out,
                    type,
                    InboundListener.NAME,
                    node.nodeId(),
                    new DeniedCallers.Slice(
                        slice, now.local().trust().denied(), now.local().trustDomain()),
                    DeniedCallers::compile,
                    with -> with.listener().serves()));
      }
      case CLUSTER -> {
        slices
            .applications()
            .forEach(app -> add(out, type, app.name(), node.nodeId(), app, Fixed::application));
        slices
            .asked()
            .forEach(provider ->
                add(out, type, provider.upstream(), "", provider, ProviderUpstream::compile));
      }
      case SECRET, ENDPOINTS, ROUTES -> {}
    }
    return out;
  }

  private Map<String, Resource> ofGateways(MeshState now, NodeClass nodes, ResourceType type) {
    Map<String, Resource> out = new LinkedHashMap<>();
    switch (type) {
      case SECRET -> trust(now, out);
      case CLUSTER -> {
        add(out, type, Fixed.AGENT, "", now.local().agentAddress(), Fixed::agent);
        for (ServiceKey service : GatewaySlices.exports(now)) {
          add(
              out,
              type,
              Fixed.exportName(service),
              nodes.bySni(),
              service,
              key -> Fixed.export(key, nodes.bySni()));
        }
        GatewaySlices.peers(now)
            .forEach(peer -> add(out, type, peer.name(), "", peer, Fixed::peer));
      }
      case ENDPOINTS -> {
        for (ServiceKey service : GatewaySlices.exports(now)) {
          ServiceSlices slices = services.all().get(service);
          if (slices != null) {
            add(
                out,
                type,
                Fixed.exportName(service),
                nodes.perInstance(),
                slices.exported(),
                slice -> Endpoints.compile(slice, nodes.perInstance()),
                slice -> slice.serves(nodes.perInstance()));
          }
        }
      }
      case LISTENER, ROUTES -> {}
    }
    return out;
  }

  private Map<String, Resource> ownOfGateway(
      MeshState now, NodeAnnouncement node, ResourceType type) {
    Map<String, Resource> out = new LinkedHashMap<>();
    if (type == ResourceType.LISTENER && node.eastWest() != null) {
      EastWestListener.Slice slice =
          new EastWestListener.Slice(
              node.eastWest(), now.local().trustDomain(), GatewaySlices.exports(now));
      add(
          out,
          type,
          EastWestListener.NAME,
          node.nodeId(),
          slice,
          EastWestListener::compile,
          EastWestListener.Slice::serves);
    }
    return out;
  }

  private void trust(MeshState now, Map<String, Resource> out) {
    Map<TrustDomain, String> pem = new HashMap<>();
    Set<String> roots = new HashSet<>();
    now.peers()
        .values()
        .forEach(peer -> {
          if (!peer.bundle().isEmpty()) {
            pem.put(peer.trustDomain(), TrustBundles.Slice.pem(peer.bundle()));
            peer.bundle().forEach(root -> roots.add(Fingerprint.of(root)));
          }
        });
    pem.put(
        now.local().trustDomain(),
        TrustBundles.Slice.pem(now.local().trust().bundle(), now.local().trust().revoked()));
    now.local().trust().bundle().forEach(root -> roots.add(Fingerprint.of(root)));
    add(
        out,
        ResourceType.SECRET,
        TrustBundles.NAME,
        "",
        new TrustBundles.Slice(pem),
        TrustBundles::compile,
        // Whoever acknowledges it trusts these.
        _ -> Set.copyOf(roots));
  }

  private boolean ofMesh(ServiceKey service) {
    ServiceSlices slices = services.all().get(service);
    return slices != null && !slices.upstream().sites().isEmpty();
  }

  /** A service that is only exported, and nowhere registered yet, is nothing that can be called. */
  private static boolean somewhere(Map.Entry<ServiceKey, ServiceSlices> entry) {
    return !entry.getValue().upstream().sites().isEmpty();
  }

  private <S> void add(
      Map<String, Resource> out,
      ResourceType type,
      String name,
      Object variant,
      S slice,
      Function<S, ? extends Message> compile) {
    add(out, type, name, variant, slice, compile, _ -> Set.of());
  }

  private <S> void add(
      Map<String, Resource> out,
      ResourceType type,
      String name,
      Object variant,
      S slice,
      Function<S, ? extends Message> compile,
      Function<S, Set<String>> serves) {
    Resource resource =
        resources.get(
            new Key(type, name, variant),
            slice,
            _ -> Resource.of(name, compile.apply(slice), serves.apply(slice)));
    out.put(name, resource);
  }
}
