package dev.weft.agent.replication.shared;

import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.replication.OwnerThread;
import dev.weft.agent.replication.ReplicatedMap;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Writes the leases of the nodes that have a stream to this replica. Each replica has keys of its
 * own, so two that a node changes between never overwrite each other. Thread-safe.
 */
final class LeaseWriter {

  private static final Logger LOG = Logger.getLogger(LeaseWriter.class);

  /** A replica's name is that of one life, so that a life has one term. */
  private static final long TERM = 1;

  private final ReplicatedMap map;
  private final String self;
  private final Duration hold;
  private final OwnerThread owner;
  private final CacheWriter writer;

  /** Of this replica's nodes; guarded by its own lock, as what follows. */
  private final Map<String, Lease> own = new HashMap<>();

  /** The number of the ending of a node's last stream, for nodes without a stream. */
  private final Map<String, Long> ended = new HashMap<>();

  /** What nodes serve that have no lease yet. */
  private final Map<String, Set<String>> servedBefore = new HashMap<>();

  private long endings;

  /**
   * @param hold how long a lease outlives its node's last stream
   */
  LeaseWriter(
      ReplicatedMap map,
      String self,
      Duration hold,
      CacheWriter.Timings timings,
      OwnerThread owner) {
    this.map = map;
    this.self = self;
    this.hold = hold;
    this.owner = owner;
    this.writer = new CacheWriter("lease", map, TERM, self, timings, owner);
    map.subscribe(writer);
  }

  /** A node has a stream. */
  void up(NodeAnnouncement node) {
    synchronized (own) {
      ended.remove(node.nodeId());
      Set<String> told = servedBefore.remove(node.nodeId());
      Lease before = own.get(node.nodeId());
      put(new Lease(true, node, before == null ? told : before.served()));
    }
  }

  /** What a node serves that is, or is about to be, up. */
  void serves(String nodeId, Set<String> serverNames) {
    synchronized (own) {
      Lease lease = own.get(nodeId);
      if (lease == null) {
        servedBefore.put(nodeId, serverNames);
      } else {
        put(new Lease(lease.connected(), lease.node(), serverNames));
      }
    }
  }

  /** A node's last stream ended. */
  void down(String nodeId) {
    synchronized (own) {
      Lease lease = own.get(nodeId);
      if (lease != null && lease.connected()) {
        put(new Lease(false, lease.node(), lease.served()));
        endings++;
        long ending = endings;
        ended.put(nodeId, ending);
        owner.after(hold, () -> forget(nodeId, ending));
      }
    }
  }

  void rewrite() {
    writer.rewrite();
  }

  CompletionStage<Void> settle() {
    return writer.settle();
  }

  int waiting() {
    return writer.waiting();
  }

  /**
   * Takes away, after the hold, what replicas wrote that are still dead then.
   *
   * @param living asked after the hold
   */
  void forgetDead(Supplier<List<String>> living) {
    owner.after(hold, () -> forgetOthersThan(living.get()));
  }

  private void forgetOthersThan(List<String> living) {
    // Above everything that a replica wrote in its life.
    byte[] gone = new Stamped(new Version(TERM, Long.MAX_VALUE), self, null).encode();
    try {
      for (String key : map.snapshot().keySet()) {
        if (!living.contains(Lease.replicaOf(key))) {
          map.put(key, gone);
          map.remove(key);
        }
      }
    } catch (RuntimeException e) {
      // They count for nothing; the next change of members is the next try.
      LOG.warnf("leases of replicas that are gone stay in the map: %s", e.getMessage());
    }
  }

  private void put(Lease lease) {
    String nodeId = lease.node().nodeId();
    own.put(nodeId, lease);
    writer.put(Lease.key(nodeId, self), () -> LeaseForm.write(lease));
  }

  private void forget(String nodeId, long ending) {
    synchronized (own) {
      if (ended.remove(nodeId, ending)) {
        own.remove(nodeId);
        writer.remove(Lease.key(nodeId, self));
      }
    }
  }
}
