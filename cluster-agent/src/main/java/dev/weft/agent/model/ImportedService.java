package dev.weft.agent.model;

import dev.weft.policy.identity.SpiffeId;
import java.util.List;
import java.util.Map;

/**
 * A service that a peer exports to this cluster, as last received.
 *
 * @param peer the origin cluster
 * @param protocol {@code http}, {@code http2}, {@code grpc} or {@code tcp}
 * @param identity what callers expect, in the peer's trust domain
 */
public record ImportedService(
    String peer,
    ServiceKey key,
    String protocol,
    SpiffeId identity,
    List<ImportedInstance> instances,
    Map<String, String> settings) {

  public ImportedService {
    instances = List.copyOf(instances);
    settings = Map.copyOf(settings);
  }

  /**
   * One instance behind the peer's gateways.
   *
   * @param sni its full server name
   * @param weight 1 to 65535
   * @param evidence its value as the origin sent it; readers fold in the peer's {@link PeerPhase}
   */
  public record ImportedInstance(
      String id,
      String sni,
      int weight,
      Evidence evidence,
      String region,
      String zone,
      Map<String, String> labels) {

    public ImportedInstance {
      labels = Map.copyOf(labels);
    }
  }
}
