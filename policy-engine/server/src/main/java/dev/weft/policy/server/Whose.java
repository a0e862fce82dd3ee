package dev.weft.policy.server;

import dev.weft.policy.identity.DnsLabel;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.istio.Workload;
import dev.weft.policy.istio.WorkloadHeader;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whose policies a proxy means. Only what its operator wrote and what it has proven counts: a
 * server name is the caller's word, and could name somebody whose policies let it in.
 *
 * @param port empty: none is said
 * @param labelled whether the workload's labels are known, beyond those that follow from its name
 */
record Whose(Workload workload, String port, boolean labelled) {
  private static final String NAMESPACE = "namespace";
  private static final String SERVICE = "service";
  private static final String PORT = "port";

  /** Labels that say the service's name, in the order of Istio's. */
  private static final List<String> NAMES =
      List.of("service.istio.io/canonical-name", "app.kubernetes.io/name", "app");

  /**
   * Said by {@code context_extensions}; or else by the call's {@link WorkloadHeader}; or else by
   * the SPIFFE id in {@code destination.principal}, with {@code destination.labels}: the service is
   * what these say, or it is called as its account is.
   *
   * @param header of the call; empty: it has none
   * @throws IllegalArgumentException with the reason: nothing says it
   */
  static Whose of(AttributeContext attributes, String header) {
    Map<String, String> context = attributes.getContextExtensionsMap();
    if (named(context)) {
      return told(context, true);
    }
    if (!header.isEmpty()) {
      Map<String, String> told = header(header);
      return told(told, !labels(told).isEmpty());
    }
    return proven(attributes.getDestination(), context);
  }

  private static Map<String, String> header(String text) {
    Map<String, String> told;
    try {
      told = WorkloadHeader.read(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(WorkloadHeader.NAME + " cannot be read", e);
    }
    if (!named(told)) {
      throw new IllegalArgumentException(WorkloadHeader.NAME + " names no workload");
    }
    return told;
  }

  private static boolean named(Map<String, String> told) {
    return !told.getOrDefault(NAMESPACE, "").isEmpty() && !told.getOrDefault(SERVICE, "").isEmpty();
  }

  /** Nobody has policies under what is no name, which would be to allow everything. */
  private static Whose told(Map<String, String> told, boolean labelled) {
    for (String field : List.of(NAMESPACE, SERVICE)) {
      if (!DnsLabel.matches(told.getOrDefault(field, ""))) {
        throw new IllegalArgumentException("the " + field + " that is told is no name");
      }
    }
    return new Whose(
        Workload.of(told.getOrDefault(NAMESPACE, ""), told.getOrDefault(SERVICE, ""), labels(told)),
        told.getOrDefault(PORT, ""),
        labelled);
  }

  private static Whose proven(AttributeContext.Peer destination, Map<String, String> context) {
    SpiffeId id;
    try {
      id = SpiffeId.parse(destination.getPrincipal());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("it is not said for which workload", e);
    }
    Map<String, String> told = new HashMap<>(destination.getLabelsMap());
    told.putAll(labels(context));
    String service =
        NAMES.stream()
            .map(name -> told.getOrDefault(name, ""))
            .filter(name -> !name.isEmpty())
            .findFirst()
            .orElse(id.serviceAccount());
    Map<String, String> labels =
        new HashMap<>(Workload.of(id.namespace(), service, Map.of()).labels());
    labels.putAll(told);
    return new Whose(
        new Workload(id.namespace(), service, labels),
        context.getOrDefault(PORT, ""),
        !told.isEmpty());
  }

  private static Map<String, String> labels(Map<String, String> told) {
    Map<String, String> labels = new HashMap<>();
    told.forEach((key, value) -> {
      if (key.startsWith(WorkloadHeader.LABEL)) {
        labels.put(key.substring(WorkloadHeader.LABEL.length()), value);
      }
    });
    return labels;
  }
}
