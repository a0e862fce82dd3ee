package dev.weft.agent.model;

import dev.weft.policy.istio.Workload;
import java.util.List;
import java.util.Map;

/**
 * One registered instance of a service in this cluster.
 *
 * @param id unique in the cluster, the registration's id
 * @param address where the application listens
 * @param weight 1 to 65535
 * @param meta as registered
 * @param settings per-service settings found in {@code meta}, valid and normalised: {@code
 *     protocol}, {@code request-timeout}, {@code per-try-timeout}, {@code connect-timeout} (times
 *     in milliseconds), {@code trusted-hops}
 */
public record Instance(
    String id,
    ServiceKey service,
    Address address,
    int weight,
    Map<String, String> meta,
    List<String> tags,
    Map<String, String> settings,
    Evidence evidence) {

  public Instance {
    meta = Map.copyOf(meta);
    tags = List.copyOf(tags);
    settings = Map.copyOf(settings);
  }

  /** What policies select it by. */
  public Workload workload() {
    return Workload.of(service.namespace(), service.name(), meta);
  }

  /** Whether the two differ in nothing but the detail, source or age of their health. */
  public boolean sameForTraffic(Instance other) {
    return id.equals(other.id)
        && service.equals(other.service)
        && address.equals(other.address)
        && weight == other.weight
        && meta.equals(other.meta)
        && tags.equals(other.tags)
        && settings.equals(other.settings)
        && evidence.value() == other.evidence.value();
  }
}
