package dev.weft.agent.compile;

import dev.weft.agent.compile.upstream.Fixed;
import dev.weft.agent.model.Peer;
import dev.weft.agent.model.ServerNames;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.MeshState;
import dev.weft.policy.identity.SpiffeId;
import java.util.Comparator;
import java.util.List;

/** What gateways are told of the whole cluster. */
final class GatewaySlices {
  private GatewaySlices() {}

  /** Exported services, in order. */
  static List<ServiceKey> exports(MeshState state) {
    return state.exports().keySet().stream().sorted().toList();
  }

  /** Peers that can be probed: with gateways, and a bundle to know them by. */
  static List<Fixed.Peer> peers(MeshState state) {
    return state.peers().values().stream()
        .filter(peer -> !peer.gateways().isEmpty() && !peer.bundle().isEmpty())
        .sorted(Comparator.comparing(Peer::cluster))
        .map(peer ->
            new Fixed.Peer(
                peer.cluster(),
                ServerNames.probe(peer.trustDomain().name()),
                new SpiffeId(peer.trustDomain(), "weft-system", "gateway"),
                peer.gateways()))
        .toList();
  }
}
