package dev.weft.agent.state;

import dev.weft.agent.model.DeniedPeers;
import dev.weft.agent.model.Enrolment;
import dev.weft.agent.model.ImportedService;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.Peer;
import dev.weft.agent.model.PeerPhase;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.model.ServiceRoute;
import dev.weft.policy.failover.FailoverPolicy;
import dev.weft.policy.identity.SpiffeId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Folds deltas and the passing of time into the next state. Knows no clock: every call is told the
 * time, in milliseconds of the agent's monotonic clock. Confined to the state's owner.
 */
final class Fold {
  /** No deadline. */
  static final long NEVER = Long.MAX_VALUE;

  private MeshState.Local local;
  private final long staleAfterMillis;
  private final long nodeHoldMillis;

  private final Slice<ServiceKey, Map<String, Instance>> instances = new Slice<>();
  private final Slice<String, NodeAnnouncement> nodes = new Slice<>();
  private final Slice<String, Set<String>> served = new Slice<>();
  private final Slice<SpiffeId, Enrolment> enrolments = new Slice<>();
  private final Slice<String, Peer> peers = new Slice<>();
  private final Slice<String, PeerPhase> phases = new Slice<>();
  private final Slice<String, Map<ServiceKey, ImportedService>> imports = new Slice<>();
  private final Slice<ServiceKey, FailoverPolicy> policies = new Slice<>();
  private final Slice<ServiceKey, ServiceExport> exports = new Slice<>();
  private final Slice<ServiceKey, ServiceRoute> routes = new Slice<>();
  private final ExternalSlices externals = new ExternalSlices();
  private final SecuritySlices security = new SecuritySlices();

  /** When a node that went away is forgotten. */
  private final Map<String, Long> holds = new HashMap<>();

  private final Map<String, Long> lastHeard = new HashMap<>();

  Fold(MeshState.Local local, long staleAfterMillis, long nodeHoldMillis) {
    this.local = local;
    this.staleAfterMillis = staleAfterMillis;
    this.nodeHoldMillis = nodeHoldMillis;
  }

  /** Applies one delta; says whether the state changed. */
  boolean apply(Delta delta, long now) {
    return switch (delta) {
      case Delta.ServiceInstances d -> services(d);
      case Delta.NodeUp d -> {
        holds.remove(d.node().nodeId());
        yield nodes.put(d.node().nodeId(), d.node());
      }
      case Delta.NodeDown d -> {
        if (nodes.contains(d.nodeId())) {
          holds.putIfAbsent(d.nodeId(), now + nodeHoldMillis);
        }
        yield false;
      }
      case Delta.NodeServes d -> served.put(d.nodeId(), Set.copyOf(d.serverNames()));
      case Delta.Enrolled d -> enrolments.put(d.enrolment().identity(), d.enrolment());
      case Delta.EnrolmentEnded d -> enrolments.remove(d.identity());
      case Delta.OwnRoots d -> ownRoots(d.roots());
      case Delta.Denied d -> denied(d.denied());
      case Delta.Revoked d -> revoked(d.lists());
      case Delta.Peers d -> peers(d.peers(), now);
      case Delta.PeerHeard d -> {
        lastHeard.merge(d.peer(), d.atMillis(), Math::max);
        yield peers.contains(d.peer()) && phases.put(d.peer(), phase(d.peer(), now));
      }
      case Delta.Imported d -> imported(d.service());
      case Delta.ImportRemoved d -> importRemoved(d);
      case Delta.PolicyWritten d -> policies.put(d.service(), d.policy());
      case Delta.PolicyRemoved d -> policies.remove(d.service());
      case Delta.Exported d -> exports.put(d.export().service(), d.export());
      case Delta.ExportRemoved d -> exports.remove(d.service());
      case Delta.RouteWritten d -> routes.put(d.route().key(), d.route());
      case Delta.RouteRemoved d -> routes.remove(d.route());
      case Delta.ExternalWritten d -> externals.put(d.service());
      case Delta.ExternalRemoved d -> externals.remove(d.service());
      case Delta.ExternalResolved d -> externals.resolved(d.addresses());
      case Delta.SecurityWritten d -> security.put(d.policy());
      case Delta.SecurityRemoved d -> security.remove(d.kind(), d.name());
      case Delta.KeysFetched d -> security.fetched(d.from(), d.jwks());
      case Delta.KeysForgotten d -> security.forgotten(d.from());
      case Delta.ProvidersConfigured d -> security.configured(d.providers());
    };
  }

  /**
   * Lets time pass: forgets nodes whose hold ended, makes silent peers stale. Says whether the
   * state changed.
   */
  boolean advance(long now) {
    boolean changed = false;
    List<String> ended =
        holds.entrySet().stream()
            .filter(hold -> hold.getValue() <= now)
            .map(Map.Entry::getKey)
            .toList();
    for (String node : ended) {
      holds.remove(node);
      changed |= nodes.remove(node);
      changed |= served.remove(node);
    }
    for (String peer : peers.view().keySet()) {
      changed |= phases.put(peer, phase(peer, now));
    }
    return changed;
  }

  /** When {@link #advance} has to be called next; {@link #NEVER}: not before another delta. */
  long nextDeadline() {
    long next = NEVER;
    for (long hold : holds.values()) {
      next = Math.min(next, hold);
    }
    for (Map.Entry<String, PeerPhase> phase : phases.view().entrySet()) {
      Long heard = lastHeard.get(phase.getKey());
      if (phase.getValue() == PeerPhase.FRESH && heard != null) {
        next = Math.min(next, heard + staleAfterMillis);
      }
    }
    return next;
  }

  MeshState snapshot(long version) {
    return new MeshState(
        version,
        local,
        instances.view(),
        nodes.view(),
        served.view(),
        enrolments.view(),
        peers.view(),
        phases.view(),
        imports.view(),
        policies.view(),
        exports.view(),
        routes.view(),
        externals.view(),
        security.view());
  }

  private boolean ownRoots(List<byte[]> roots) {
    // Arrays compare by identity.
    if (Arrays.deepEquals(roots.toArray(), local.trust().bundle().toArray())) {
      return false;
    }
    local = local.with(new MeshState.Trust(roots, local.trust().revoked(), local.trust().denied()));
    return true;
  }

  private boolean revoked(List<byte[]> lists) {
    if (Arrays.deepEquals(lists.toArray(), local.trust().revoked().toArray())) {
      return false;
    }
    local = local.with(new MeshState.Trust(local.trust().bundle(), lists, local.trust().denied()));
    return true;
  }

  private boolean denied(DeniedPeers denied) {
    if (denied.equals(local.trust().denied())) {
      return false;
    }
    local =
        local.with(new MeshState.Trust(local.trust().bundle(), local.trust().revoked(), denied));
    return true;
  }

  private boolean services(Delta.ServiceInstances d) {
    if (d.instances().isEmpty()) {
      return instances.remove(d.service());
    }
    return instances.put(
        d.service(),
        d.instances().stream()
            .collect(
                Collectors.toUnmodifiableMap(Instance::id, one -> one, (first, last) -> last)));
  }

  private boolean peers(List<Peer> configured, long now) {
    boolean changed = false;
    Set<String> names =
        configured.stream().map(Peer::cluster).collect(Collectors.toUnmodifiableSet());
    changed |= peers.retain(names);
    changed |= phases.retain(names);
    lastHeard.keySet().retainAll(names);
    for (Peer peer : configured) {
      changed |= peers.put(peer.cluster(), peer);
      changed |= phases.put(peer.cluster(), phase(peer.cluster(), now));
    }
    return changed;
  }

  private PeerPhase phase(String peer, long now) {
    Long heard = lastHeard.get(peer);
    if (heard == null) {
      return PeerPhase.NEVER;
    }
    return now - heard < staleAfterMillis ? PeerPhase.FRESH : PeerPhase.STALE;
  }

  private boolean imported(ImportedService service) {
    Map<ServiceKey, ImportedService> before = imports.get(service.peer());
    Map<ServiceKey, ImportedService> after =
        before == null ? new HashMap<>() : new HashMap<>(before);
    after.put(service.key(), service);
    return imports.put(service.peer(), Map.copyOf(after));
  }

  private boolean importRemoved(Delta.ImportRemoved d) {
    Map<ServiceKey, ImportedService> before = imports.get(d.peer());
    if (before == null || !before.containsKey(d.service())) {
      return false;
    }
    Map<ServiceKey, ImportedService> after = new HashMap<>(before);
    after.remove(d.service());
    return after.isEmpty() ? imports.remove(d.peer()) : imports.put(d.peer(), Map.copyOf(after));
  }
}
