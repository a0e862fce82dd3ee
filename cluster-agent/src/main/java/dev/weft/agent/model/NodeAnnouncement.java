package dev.weft.agent.model;

import dev.weft.policy.identity.SpiffeId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a connected (or recently connected) sidecar or gateway says of itself, checked against its
 * certificate.
 *
 * @param nodeId unique in the cluster
 * @param identity the SPIFFE id in its certificate
 * @param inbound where its inbound listener is reached; {@code null} for gateways
 * @param outbound where its outbound listener binds; {@code null} for gateways
 * @param workloads the application addresses that it fronts
 * @param eastWest where a gateway binds; {@code null} for sidecars
 * @param eastWestAdvertise where peers reach a gateway; {@code null} for sidecars
 * @param features {@code Node.client_features}
 */
public record NodeAnnouncement(
    String nodeId,
    Role role,
    SpiffeId identity,
    @Nullable Address inbound,
    @Nullable Address outbound,
    Set<Address> workloads,
    @Nullable Address eastWest,
    @Nullable Address eastWestAdvertise,
    Set<String> features) {

  public NodeAnnouncement {
    workloads = Set.copyOf(workloads);
    features = Set.copyOf(features);
  }

  /** What a node is. */
  public enum Role {
    SIDECAR,
    GATEWAY
  }
}
