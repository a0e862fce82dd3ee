package dev.weft.agent.compile;

import dev.weft.agent.model.NodeAnnouncement;

/**
 * What of a node decides which resources it shares with others.
 *
 * @param perInstance whether it understands the {@code weft} endpoint metadata
 * @param bySni whether it understands {@code weft.v1.SniInstance}
 */
record NodeClass(
    NodeAnnouncement.Role role, String namespace, boolean perInstance, boolean bySni, Scope scope) {
  private static final String ENDPOINT_METADATA = "weft.endpoint-metadata";
  private static final String SNI_INSTANCE = "weft.sni-instance";

  static NodeClass of(NodeAnnouncement node) {
    return new NodeClass(
        node.role(),
        node.identity().namespace(),
        node.features().contains(ENDPOINT_METADATA),
        node.features().contains(SNI_INSTANCE),
        Scope.of(node));
  }
}
