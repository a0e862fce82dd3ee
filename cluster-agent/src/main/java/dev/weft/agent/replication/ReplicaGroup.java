package dev.weft.agent.replication;

import java.util.List;
import java.util.function.Consumer;

/**
 * The replicas of this cluster's agent that hold the replicated maps together. Thread-safe. A
 * replica's name is that of one life of it: one that comes back has another.
 */
public interface ReplicaGroup {

  /** This replica. */
  String self();

  /** Those that are reachable now, this one among them, the one that is longest there first. */
  List<String> members();

  /**
   * Calls the listener with the members, on the calling thread, then with each change of them, on
   * the thread that brings it. The listener must not block.
   *
   * @return ends the subscription
   */
  AutoCloseable follow(Consumer<List<String>> listener);
}
