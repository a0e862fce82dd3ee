package dev.weft.policy.istio;

import java.util.HashMap;
import java.util.Map;

/**
 * What policies select by.
 *
 * @param namespace the service's, and so the workload's
 * @param service whose workload it is
 * @param labels the registration's metadata, and the labels that follow from the service, which
 *     nothing that was registered can change
 */
public record Workload(String namespace, String service, Map<String, String> labels) {

  public Workload {
    labels = Map.copyOf(labels);
  }

  /**
   * The workload behind a registration.
   *
   * @param meta as registered
   */
  public static Workload of(String namespace, String service, Map<String, String> meta) {
    Map<String, String> labels = new HashMap<>(meta);
    labels.put("app", service);
    labels.put("app.kubernetes.io/name", service);
    labels.put("service.istio.io/canonical-name", service);
    return new Workload(namespace, service, labels);
  }
}
