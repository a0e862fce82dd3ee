package dev.weft.agent.state;

/** Hands changes to the state's owner. Thread-safe, never blocks the caller. */
@FunctionalInterface
public interface StateWriter {

  void submit(Delta delta);
}
