package dev.weft.bench.peer;

import java.io.IOException;

/** A kind of proxy. */
public interface Peer {
  /** For the table and for {@code --peers}. */
  String name();

  /** Whether it can take that place. */
  boolean serves(Topology topology);

  /** Whether it gets faster for some time while it runs. */
  default boolean compilesAsItRuns() {
    return false;
  }

  /** Starts what the topology needs of it; it may not serve yet when this returns. */
  Fleet start(Topology topology, Ground ground) throws IOException;
}
