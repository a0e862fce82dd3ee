package dev.weft.agent.model;

import dev.weft.policy.identity.TrustDomain;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A configured peer cluster.
 *
 * @param gateways where its gateways are reached
 * @param bundle DER certificates of its roots; empty while its bundle file is not there yet
 */
public record Peer(
    String cluster, TrustDomain trustDomain, List<Address> gateways, List<byte[]> bundle) {

  public Peer {
    gateways = List.copyOf(gateways);
    bundle = List.copyOf(bundle);
  }

  /** By content, so that reading an unchanged bundle again is no change. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Peer peer
        && cluster.equals(peer.cluster)
        && trustDomain.equals(peer.trustDomain)
        && gateways.equals(peer.gateways)
        && Arrays.deepEquals(bundle.toArray(), peer.bundle.toArray());
  }

  @Override
  public int hashCode() {
    return Objects.hash(cluster, trustDomain, gateways, Arrays.deepHashCode(bundle.toArray()));
  }
}
