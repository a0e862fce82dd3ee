package dev.weft.agent.replication.shared;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * From the replicated leases to the state: a node is up while any living replica holds a stream of
 * it, and down, for the state to forget after its hold, when the last one let go or died.
 * Thread-safe by its lock.
 */
final class LeaseFeed implements VersionedFeed.Sink {

  private final StateWriter state;
  private final Map<String, Map<String, Lease>> leases = new HashMap<>();
  private final Map<String, Boolean> up = new HashMap<>();
  private Set<String> living;

  /**
   * @param living the replicas that are there
   */
  LeaseFeed(StateWriter state, List<String> living) {
    this.state = state;
    this.living = Set.copyOf(living);
  }

  /** Replicas came or went. */
  synchronized void members(List<String> members) {
    living = Set.copyOf(members);
    Set.copyOf(leases.keySet()).forEach(this::judge);
  }

  @Override
  public synchronized void put(String key, String writer, JsonNode content, boolean remembered) {
    Lease lease = LeaseForm.read(content);
    String replica = Lease.replicaOf(key);
    NodeAnnouncement node = lease.node();
    boolean first = !leases.containsKey(node.nodeId());
    leases.computeIfAbsent(node.nodeId(), _ -> new HashMap<>()).put(replica, lease);
    // Of what two replicas say, what is told last counts: a node has one stream as a rule. One that
    // nobody holds is told once, lest its hold begin anew.
    if (first || (lease.connected() && living.contains(replica))) {
      tellUp(lease);
    }
    judge(node.nodeId());
  }

  @Override
  public synchronized void gone(String key) {
    String nodeId = Lease.nodeOf(key);
    Map<String, Lease> ofNode = leases.get(nodeId);
    if (ofNode != null) {
      ofNode.remove(Lease.replicaOf(key));
      judge(nodeId);
      if (ofNode.isEmpty()) {
        leases.remove(nodeId);
        up.remove(nodeId);
      }
    }
  }

  private void judge(String nodeId) {
    boolean isHeld =
        leases.getOrDefault(nodeId, Map.of()).entrySet().stream()
            .anyMatch(lease -> lease.getValue().connected() && living.contains(lease.getKey()));
    boolean wasUp = up.getOrDefault(nodeId, false);
    if (wasUp && !isHeld) {
      up.put(nodeId, false);
      state.submit(new Delta.NodeDown(nodeId));
    } else if (!wasUp && isHeld) {
      leases.getOrDefault(nodeId, Map.of()).entrySet().stream()
          .filter(lease -> lease.getValue().connected() && living.contains(lease.getKey()))
          .findFirst()
          .ifPresent(lease -> tellUp(lease.getValue()));
    }
  }

  private void tellUp(Lease lease) {
    String nodeId = lease.node().nodeId();
    up.put(nodeId, true);
    // First what it serves: as long as nothing is known of that it is taken to serve what it did.
    if (lease.served() != null) {
      state.submit(new Delta.NodeServes(nodeId, lease.served()));
    }
    state.submit(new Delta.NodeUp(lease.node()));
  }
}
