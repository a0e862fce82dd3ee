package dev.weft.agent.compile;

import dev.weft.agent.model.ImportedService;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Join;
import dev.weft.agent.state.JoinedInstance;
import dev.weft.agent.state.MeshState;
import dev.weft.policy.failover.FailoverPolicy;
import dev.weft.policy.identity.DnsLabel;
import dev.weft.policy.istio.compile.PolicyIndex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The slices of all services as of one state. A service whose part of the state is the same object
 * as before is not looked at again; one whose new slices equal the old ones keeps the old objects.
 * Not thread-safe.
 */
// Identity is the point: the state keeps an object for as long as nothing in it changed.
@SuppressWarnings("ReferenceEquality")
final class Services {
  private final Map<ServiceKey, Sliced> sliced = new HashMap<>();
  private SortedMap<ServiceKey, ServiceSlices> all = new TreeMap<>();
  private Map<String, List<JoinedInstance.Fronted>> byNode = Map.of();
  private @Nullable Join join;
  private @Nullable MeshState before;

  /**
   * What a service was sliced from: compared by identity, which the state's slices keep while
   * nothing changes.
   */
  private record Seen(
      @Nullable Object instances,
      List<ImportedService> imports,
      Join join,
      Object peers,
      Object phases,
      Object policy,
      Object peerAuthentications) {
    boolean same(Seen other) {
      return instances == other.instances
          && join.sameNodes(other.join)
          && peers == other.peers
          && phases == other.phases
          && policy == other.policy
          && peerAuthentications == other.peerAuthentications
          && sameObjects(imports, other.imports);
    }

    private static boolean sameObjects(List<ImportedService> one, List<ImportedService> two) {
      if (one.size() != two.size()) {
        return false;
      }
      for (int i = 0; i < one.size(); i++) {
        if (one.get(i) != two.get(i)) {
          return false;
        }
      }
      return true;
    }
  }

  private record Sliced(Seen seen, ServiceSlices slices) {}

  /** Looks at a new state. */
  void update(MeshState state, PolicyIndex policies) {
    MeshState last = before;
    Join current = join;
    if (current == null
        || last == null
        || last.nodes() != state.nodes()
        || last.enrolments() != state.enrolments()) {
      current = Join.of(state);
    } else if (last.served() != state.served()) {
      current = current.serving(state);
    }
    Set<ServiceKey> touched = last == null ? Set.of() : servedAnew(last, state);
    join = current;
    before = state;
    SortedSet<ServiceKey> keys = new TreeSet<>(state.instances().keySet());
    state
        .imports()
        .forEach((peer, services) -> {
          if (state.peers().containsKey(peer)) {
            keys.addAll(services.keySet());
          }
        });
    // An export may be there before its first instance.
    keys.addAll(state.exports().keySet());
    // A source may know names that the mesh cannot speak: they have no identity and no host name.
    keys.removeIf(key -> !DnsLabel.matches(key.name()) || !DnsLabel.matches(key.namespace()));
    SortedMap<ServiceKey, ServiceSlices> now = new TreeMap<>();
    boolean changed = sliced.keySet().retainAll(keys);
    for (ServiceKey key : keys) {
      changed |= slice(key, state, policies, current, touched.contains(key), now);
    }
    all = now;
    if (changed || last == null) {
      byNode = byNode(now);
    }
  }

  /** By service. */
  SortedMap<ServiceKey, ServiceSlices> all() {
    return all;
  }

  /** The instances that a sidecar fronts, by service and id. */
  List<JoinedInstance.Fronted> frontedBy(NodeAnnouncement node) {
    return byNode.getOrDefault(node.nodeId(), List.of());
  }

  /** The services of the sidecars of which it changed what they serve. */
  private Set<ServiceKey> servedAnew(MeshState last, MeshState state) {
    if (last.served() == state.served()) {
      return Set.of();
    }
    Set<ServiceKey> services = new HashSet<>();
    byNode.forEach((node, fronted) -> {
      if (last.served().get(node) != state.served().get(node)) {
        fronted.forEach(one -> services.add(one.instance().service()));
      }
    });
    return services;
  }

  private boolean slice(
      ServiceKey key,
      MeshState state,
      PolicyIndex policies,
      Join current,
      boolean servedAnew,
      Map<ServiceKey, ServiceSlices> now) {
    SortedMap<String, ImportedService> imports = new TreeMap<>();
    state
        .imports()
        .forEach((peer, services) -> {
          ImportedService service = services.get(key);
          if (service != null && state.peers().containsKey(peer)) {
            imports.put(peer, service);
          }
        });
    FailoverPolicy policy = state.failoverPolicies().getOrDefault(key, FailoverPolicy.DEFAULT);
    Seen seen =
        new Seen(
            state.instances().get(key),
            List.copyOf(imports.values()),
            current,
            state.peers(),
            state.phases(),
            policy,
            state.security().peers());
    Sliced known = sliced.get(key);
    if (known != null && !servedAnew && known.seen().same(seen)) {
      now.put(key, known.slices());
      return false;
    }
    List<Instance> local =
        state.instances().getOrDefault(key, Map.of()).values().stream()
            .sorted(Comparator.comparing(Instance::id))
            .toList();
    ServiceSlices slices =
        ServiceSlicer.slice(
            new ServiceSlicer.Inputs(
                state.local(),
                key,
                local,
                imports,
                state.peers(),
                state.phases(),
                policy,
                policies),
            current);
    boolean changed = known == null || !known.slices().equals(slices);
    ServiceSlices kept = known == null || changed ? slices : known.slices();
    sliced.put(key, new Sliced(seen, kept));
    now.put(key, kept);
    return changed;
  }

  private static Map<String, List<JoinedInstance.Fronted>> byNode(
      SortedMap<ServiceKey, ServiceSlices> services) {
    Map<String, List<JoinedInstance.Fronted>> byNode = new HashMap<>();
    for (ServiceSlices service : services.values()) {
      for (JoinedInstance.Fronted fronted : service.fronted()) {
        byNode.computeIfAbsent(fronted.sidecar().nodeId(), _ -> new ArrayList<>()).add(fronted);
      }
    }
    return byNode;
  }
}
