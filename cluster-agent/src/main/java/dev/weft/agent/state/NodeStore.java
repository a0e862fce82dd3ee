package dev.weft.agent.state;

import dev.weft.agent.model.NodeAnnouncement;
import java.util.List;

/**
 * Keeps announcements over a restart of the agent, so that a restarted one does not take every
 * endpoint out of service until its sidecars have connected again. Called by one thread at a time;
 * implementations may block.
 */
public interface NodeStore {

  /** What was kept; unreadable entries are left out (and logged by the implementation). */
  List<NodeAnnouncement> load();

  /** Keeps or replaces one, durably. */
  void save(NodeAnnouncement node);

  /** Forgets one; not an error when it is not there. */
  void remove(String nodeId);
}
