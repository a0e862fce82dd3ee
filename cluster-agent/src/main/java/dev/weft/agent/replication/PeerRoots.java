package dev.weft.agent.replication;

import java.util.List;
import java.util.Set;

/** What is told between peers about the roots of their trust domains. Thread-safe. */
public interface PeerRoots {

  /**
   * A peer's agent said which roots its own trust domain has. Returns when that is durable, or was
   * known.
   *
   * @param roots DER
   * @throws IllegalArgumentException when it may not be said
   */
  void received(String cluster, List<byte[]> roots);

  /** Fingerprints of the peer's roots that this agent and all its nodes trust; does not block. */
  Set<String> trusted(String cluster);
}
