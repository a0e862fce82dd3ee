package dev.weft.agent.api;

import dev.weft.agent.api.ServiceView.HealthView;
import dev.weft.agent.api.ServiceView.InstanceView;
import dev.weft.agent.api.ServiceView.JoinView;
import dev.weft.agent.api.ServiceView.TargetView;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.ImportedService;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.PeerPhase;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Join;
import dev.weft.agent.state.JoinedInstance;
import dev.weft.agent.state.MeshState;
import dev.weft.policy.failover.ClusterEvidence;
import dev.weft.policy.failover.FailoverPolicy;
import dev.weft.policy.failover.FailoverRanking;
import dev.weft.policy.failover.Freshness;
import dev.weft.policy.failover.RankedTarget;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How services look at one moment: the same join and the same ranking that decide on traffic. A
 * peer's health that nobody vouches for any more shows as unknown, with what was last known beside
 * it. Immutable.
 *
 * @param now the clock of all evidence, in milliseconds
 */
record ServiceLook(MeshState state, Join join, long now) {

  ServiceLook(MeshState state, long now) {
    this(state, Join.of(state), now);
  }

  ServiceView at(ServiceKey key) {
    List<JoinedInstance> own =
        state.instances().getOrDefault(key, Map.of()).values().stream()
            .sorted(Comparator.comparing(Instance::id))
            .map(join::join)
            .toList();
    Map<String, ImportedService> imports = new TreeMap<>();
    state
        .imports()
        .forEach((peer, services) -> {
          ImportedService service = services.get(key);
          if (service != null) {
            imports.put(peer, service);
          }
        });
    FailoverPolicy policy = state.failoverPolicies().get(key);
    Map<String, ClusterEvidence> evidence = evidence(own, imports);
    List<RankedTarget> ranked =
        FailoverRanking.rank(
            policy == null ? FailoverPolicy.DEFAULT : policy,
            state.local().cluster(),
            state.local().region(),
            evidence.values());
    Map<String, RankedTarget> byCluster = new HashMap<>();
    ranked.forEach(target -> byCluster.put(target.cluster(), target));
    List<InstanceView> instances = new ArrayList<>();
    own.forEach(one -> instances.add(own(one, byCluster)));
    imports
        .values()
        .forEach(service ->
            service.instances().stream()
                .sorted(Comparator.comparing(ImportedService.ImportedInstance::id))
                .forEach(one -> instances.add(imported(service.peer(), one, byCluster))));
    ServiceExport export = state.exports().get(key);
    return new ServiceView(
        key.namespace(),
        key.name(),
        protocol(own, imports),
        policy == null ? "default" : key.toString(),
        export == null ? List.of() : export.consumers().stream().sorted().toList(),
        ranked.stream().map(target -> target(target, evidence.get(target.cluster()))).toList(),
        instances);
  }

  private Map<String, ClusterEvidence> evidence(
      List<JoinedInstance> own, Map<String, ImportedService> imports) {
    Map<String, ClusterEvidence> evidence = new TreeMap<>();
    MeshState.Local local = state.local();
    List<Evidence.Health> meshed =
        own.stream()
            .filter(JoinedInstance.Meshed.class::isInstance)
            .map(one -> one.instance().evidence().value())
            .toList();
    if (!own.isEmpty()) {
      evidence.put(
          local.cluster(), evidence(local.cluster(), local.region(), meshed, Freshness.FRESH));
    }
    imports.forEach((peer, service) ->
        evidence.put(
            peer,
            evidence(
                peer,
                service.instances().stream()
                    .map(ImportedService.ImportedInstance::region)
                    .findFirst()
                    .orElse(""),
                service.instances().stream().map(one -> one.evidence().value()).toList(),
                freshness(phase(peer)))));
    return evidence;
  }

  private static ClusterEvidence evidence(
      String cluster, String region, List<Evidence.Health> health, Freshness freshness) {
    int healthy =
        (int)
            health.stream()
                .filter(one -> one == Evidence.Health.PASSING || one == Evidence.Health.WARNING)
                .count();
    int unknown = (int) health.stream().filter(one -> one == Evidence.Health.UNKNOWN).count();
    return new ClusterEvidence(cluster, region, health.size(), healthy, unknown, freshness);
  }

  private PeerPhase phase(String peer) {
    return state.phases().getOrDefault(peer, PeerPhase.NEVER);
  }

  private static Freshness freshness(PeerPhase phase) {
    return switch (phase) {
      case FRESH -> Freshness.FRESH;
      case STALE -> Freshness.STALE;
      case NEVER -> Freshness.NEVER;
    };
  }

  private InstanceView own(JoinedInstance joined, Map<String, RankedTarget> ranked) {
    Instance instance = joined.instance();
    JoinView view =
        switch (joined) {
          case JoinedInstance.Meshed meshed ->
              new JoinView("joined", null, null, meshed.sidecar().nodeId());
          case JoinedInstance.Awaited awaited ->
              new JoinView(
                  "joining",
                  "not served yet",
                  String.format(
                      Locale.ROOT,
                      "sidecar %s has not acknowledged its listener for %s",
                      awaited.sidecar().nodeId(),
                      awaited.serverName()),
                  awaited.sidecar().nodeId());
          case JoinedInstance.Unmeshed unmeshed ->
              new JoinView("unmeshed", unmeshed.reason().text(), unmeshed.detail(), null);
        };
    String cluster = state.local().cluster();
    return new InstanceView(
        instance.id(),
        cluster,
        instance.address().toString(),
        null,
        instance.weight(),
        view,
        health(instance.evidence(), true),
        view.state().equals("joined") ? priority(ranked.get(cluster)) : null);
  }

  private InstanceView imported(
      String peer, ImportedService.ImportedInstance instance, Map<String, RankedTarget> ranked) {
    return new InstanceView(
        instance.id(),
        peer,
        null,
        instance.sni(),
        instance.weight(),
        new JoinView("imported", null, null, null),
        health(instance.evidence(), phase(peer) == PeerPhase.FRESH),
        priority(ranked.get(peer)));
  }

  private HealthView health(Evidence evidence, boolean vouchedFor) {
    String said = evidence.value().name().toLowerCase(Locale.ROOT);
    return new HealthView(
        vouchedFor ? said : "unknown",
        vouchedFor ? null : said,
        evidence.source().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        Math.max(0, now - evidence.atMillis()),
        evidence.detail().isEmpty() ? null : evidence.detail());
  }

  private static TargetView target(RankedTarget target, @Nullable ClusterEvidence evidence) {
    return new TargetView(
        target.cluster(),
        priority(target),
        evidence == null ? 0 : evidence.instances(),
        evidence == null ? 0 : evidence.healthy(),
        target.reason().text());
  }

  private static @Nullable Integer priority(@Nullable RankedTarget target) {
    return target == null || !target.eligible() ? null : target.priority();
  }

  private static String protocol(List<JoinedInstance> own, Map<String, ImportedService> imports) {
    return Stream.concat(
            own.stream().map(one -> one.instance().settings().getOrDefault("protocol", "http")),
            imports.values().stream().map(ImportedService::protocol))
        .findFirst()
        .orElse("http");
  }
}
