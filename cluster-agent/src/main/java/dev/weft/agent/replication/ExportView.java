package dev.weft.agent.replication;

import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServerNames;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Join;
import dev.weft.agent.state.JoinedInstance;
import dev.weft.agent.state.MeshState;
import dev.weft.v1.ExportedInstance;
import dev.weft.v1.ExportedService;
import dev.weft.v1.Health;
import dev.weft.v1.ServiceSummary;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What each consumer may see of a state: the services whose export names it, with those of their
 * instances that are joined to a sidecar and reached through a gateway. A service that is not
 * exported to a consumer leaves no trace in that consumer's view. Pure.
 */
final class ExportView {

  /** What an entry's key begins with; namespace and name follow. */
  static final String SERVICE_KIND = "service/";

  private static final String PROTOCOL = "protocol";

  private ExportView() {}

  /**
   * By consumer cluster, then by entry key. Consumers that are no configured peers are left out.
   *
   * @param now the agent's monotonic clock in milliseconds, for the age of health
   */
  static Map<String, Map<String, ExportedService>> of(MeshState state, long now) {
    Join join = Join.of(state);
    Map<String, Map<String, ExportedService>> views = new HashMap<>();
    state.peers().keySet().forEach(consumer -> views.put(consumer, new TreeMap<>()));
    for (ServiceExport export : state.exports().values()) {
      Map<String, Instance> instances = state.instances().getOrDefault(export.service(), Map.of());
      if (instances.isEmpty() || export.consumers().stream().noneMatch(views::containsKey)) {
        continue;
      }
      ExportedService service =
          service(state.local(), export.service(), instances, reachable(instances, join), now);
      for (String consumer : export.consumers()) {
        Map<String, ExportedService> view = views.get(consumer);
        if (view != null) {
          view.put(key(export.service()), service);
        }
      }
    }
    return views;
  }

  static String key(ServiceKey service) {
    return SERVICE_KIND + service.namespace() + "/" + service.name();
  }

  /**
   * Whether two say the same to traffic: the age of health is none of it, a heartbeat vouches for
   * what has not changed.
   */
  static boolean sameForTraffic(ExportedService one, ExportedService other) {
    return withoutAges(one).equals(withoutAges(other));
  }

  private static ExportedService withoutAges(ExportedService service) {
    ExportedService.Builder builder = service.toBuilder();
    builder.getInstancesBuilderList().forEach(ExportedInstance.Builder::clearHealthAgeMillis);
    return builder.build();
  }

  /** Those of a service's instances that peers' callers can reach, by id. */
  static List<Instance> reachable(Map<String, Instance> instances, Join join) {
    return instances.values().stream()
        .filter(instance ->
            join.join(instance) instanceof JoinedInstance.Meshed one && join.exported(one))
        .sorted(Comparator.comparing(Instance::id))
        .toList();
  }

  static ExportedService service(
      MeshState.Local local,
      ServiceKey key,
      Map<String, Instance> instances,
      List<Instance> meshed,
      long now) {
    // Where instances differ, the value of the one with the lowest id counts.
    Map<String, String> settings =
        new HashMap<>(
            instances.values().stream()
                .min(Comparator.comparing(Instance::id))
                .map(Instance::settings)
                .orElse(Map.of()));
    String protocol = settings.remove(PROTOCOL);
    ExportedService.Builder builder =
        ExportedService.newBuilder()
            .setNamespace(key.namespace())
            .setName(key.name())
            .setProtocol(protocol == null ? "http" : protocol)
            .setIdentity(Join.identity(local, key).uri())
            .putAllSettings(new TreeMap<>(settings))
            .setSummary(summary(meshed));
    meshed.forEach(instance -> builder.addInstances(instance(local, instance, now)));
    return builder.build();
  }

  private static ExportedInstance instance(MeshState.Local local, Instance instance, long now) {
    return ExportedInstance.newBuilder()
        .setId(instance.id())
        .setSni(
            ServerNames.instance(
                instance.id(),
                instance.address().port(),
                instance.service(),
                local.trustDomain().name()))
        .setWeight(instance.weight())
        .setHealth(health(instance.evidence().value()))
        .setHealthAgeMillis(Math.max(0, now - instance.evidence().atMillis()))
        .setRegion(local.region())
        .setZone(local.zone())
        .build();
  }

  private static ServiceSummary summary(List<Instance> instances) {
    List<Instance> healthy =
        instances.stream()
            .filter(instance ->
                switch (instance.evidence().value()) {
                  case PASSING, WARNING -> true;
                  case CRITICAL, UNKNOWN -> false;
                })
            .toList();
    return ServiceSummary.newBuilder()
        .setHealthy(healthy.size())
        .setTotal(instances.size())
        .setCapacity(healthy.stream().mapToLong(Instance::weight).sum())
        .build();
  }

  private static Health health(Evidence.Health value) {
    return switch (value) {
      case PASSING -> Health.HEALTH_PASSING;
      case WARNING -> Health.HEALTH_WARNING;
      case CRITICAL -> Health.HEALTH_CRITICAL;
      case UNKNOWN -> Health.HEALTH_UNKNOWN;
    };
  }
}
