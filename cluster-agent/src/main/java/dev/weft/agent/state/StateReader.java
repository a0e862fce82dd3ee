package dev.weft.agent.state;

import java.util.function.Consumer;

/** Read access to the state. Thread-safe. */
public interface StateReader {

  /** The latest published state. */
  MeshState current();

  /**
   * Calls the listener on the owner's thread with each published state, beginning with the current
   * one. A listener must not block; many changes may arrive as one state.
   *
   * @return ends the subscription
   */
  AutoCloseable subscribe(Consumer<MeshState> listener);
}
