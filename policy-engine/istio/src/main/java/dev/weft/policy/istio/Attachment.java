package dev.weft.policy.istio;

import java.util.Map;
import java.util.Set;

/** Which workloads of its namespace, or of the mesh, a resource is for. */
public sealed interface Attachment {

  /**
   * Whether a resource in this namespace is for the workload. One in the root namespace is for
   * workloads of all namespaces, unless it names services.
   */
  default boolean holds(String namespace, String rootNamespace, Workload workload) {
    boolean near = namespace.equals(workload.namespace());
    return switch (this) {
      case Everything everything -> near || namespace.equals(rootNamespace);
      case Unknown unknown -> near || namespace.equals(rootNamespace);
      case Labels(Map<String, String> labels) ->
          (near || namespace.equals(rootNamespace))
              && workload.labels().entrySet().containsAll(labels.entrySet());
      case Services(Set<String> names) -> near && names.contains(workload.service());
    };
  }

  /**
   * What it selects cannot be read: each workload that it could be for counts as selected, and no
   * other resource as narrower.
   */
  record Unknown() implements Attachment {}

  /** All of them: no selector, or one without labels. */
  record Everything() implements Attachment {}

  /**
   * Those with all these labels.
   *
   * @param labels at least one
   */
  record Labels(Map<String, String> labels) implements Attachment {
    public Labels {
      labels = Map.copyOf(labels);
    }
  }

  /**
   * Those of these services of the resource's own namespace.
   *
   * @param names at least one
   */
  record Services(Set<String> names) implements Attachment {
    public Services {
      names = Set.copyOf(names);
    }
  }
}
