package dev.weft.agent.model;

/**
 * A service's name within a cluster. Both parts are DNS labels. Ordered by namespace, then name.
 */
public record ServiceKey(String namespace, String name) implements Comparable<ServiceKey> {

  @Override
  public int compareTo(ServiceKey other) {
    int byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  /** {@code <name>.<namespace>}, the upstream's name. */
  public String upstreamName() {
    return name + "." + namespace;
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
