package dev.weft.policy.istio;

/**
 * A security resource's name within its kind. Ordered by namespace, then name.
 *
 * @param namespace a DNS label
 * @param name a DNS name: labels with dots between them
 */
public record PolicyName(String namespace, String name) implements Comparable<PolicyName> {

  @Override
  public int compareTo(PolicyName other) {
    int byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
