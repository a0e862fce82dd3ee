package dev.weft.agent.model.security;

import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServiceKey;
import java.util.HashMap;
import java.util.Map;

/**
 * What policies select by.
 *
 * @param service whose workload it is; its namespace is the workload's
 * @param labels the registration's metadata, and the labels that follow from the service, which
 *     nothing that was registered can change
 */
public record Workload(ServiceKey service, Map<String, String> labels) {

  public Workload {
    labels = Map.copyOf(labels);
  }

  /** The workload behind a registration. */
  public static Workload of(Instance instance) {
    Map<String, String> labels = new HashMap<>(instance.meta());
    String name = instance.service().name();
    labels.put("app", name);
    labels.put("app.kubernetes.io/name", name);
    labels.put("service.istio.io/canonical-name", name);
    return new Workload(instance.service(), labels);
  }
}
