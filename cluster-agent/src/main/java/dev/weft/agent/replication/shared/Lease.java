package dev.weft.agent.replication.shared;

import dev.weft.agent.model.NodeAnnouncement;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one replica says of a node: that it holds a stream of it, or held one not long ago. A node
 * is there while any living replica holds a stream of it.
 *
 * @param served the server names that the node acknowledged to serve; {@code null}: not known
 */
record Lease(boolean connected, NodeAnnouncement node, @Nullable Set<String> served) {

  Lease {
    served = served == null ? null : Set.copyOf(served);
  }

  /** The key of what a replica says of a node; node ids have no slash. */
  static String key(String nodeId, String replica) {
    return nodeId + "/" + replica;
  }

  static String nodeOf(String key) {
    return key.substring(0, key.indexOf('/'));
  }

  static String replicaOf(String key) {
    return key.substring(key.indexOf('/') + 1);
  }
}
