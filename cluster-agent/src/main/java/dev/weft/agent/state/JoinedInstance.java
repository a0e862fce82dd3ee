package dev.weft.agent.state;

import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement;

/** A registered instance and what the join with the announced sidecars says of it. */
public sealed interface JoinedInstance {

  Instance instance();

  /** Fronted by a sidecar that may speak for the service. */
  sealed interface Fronted extends JoinedInstance {
    NodeAnnouncement sidecar();
  }

  /** Its sidecar serves it: routed to. */
  record Meshed(Instance instance, NodeAnnouncement sidecar) implements Fronted {}

  /**
   * Its sidecar has not acknowledged yet the listener that lets callers in: not routed to before,
   * or first callers would be turned away.
   *
   * @param serverName what has to be served
   */
  record Awaited(Instance instance, NodeAnnouncement sidecar, String serverName)
      implements Fronted {}

  /**
   * Not routed to.
   *
   * @param detail for people, names what was looked for and what was found
   */
  record Unmeshed(Instance instance, Reason reason, String detail) implements JoinedInstance {}

  /** Why an instance is not routed to. */
  enum Reason {
    NOT_A_LABEL("not a name of the mesh"),
    NO_SIDECAR("no sidecar"),
    IDENTITY_MISMATCH("identity mismatch"),
    NOT_ENROLLED("not enrolled");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    /** In a few words, for lists. */
    public String text() {
      return text;
    }
  }
}
