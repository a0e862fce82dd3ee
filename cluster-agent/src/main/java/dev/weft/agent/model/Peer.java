package dev.weft.agent.model;

import dev.weft.policy.identity.TrustDomain;
import java.util.List;

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
}
