package dev.weft.agent.xds;

import dev.weft.agent.model.NodeAnnouncement;
import java.util.List;

/**
 * What is known of a connected node.
 *
 * @param types by type URL
 */
public record ProxyStatus(NodeAnnouncement node, List<TypeStatus> types) {

  public ProxyStatus {
    types = List.copyOf(types);
  }

  /**
   * One type.
   *
   * @param acknowledged the state's version of the last response that the node accepted; empty:
   *     none yet
   * @param nack why it refused the last response; empty: it did not
   */
  public record TypeStatus(String typeUrl, String acknowledged, String nack) {}
}
