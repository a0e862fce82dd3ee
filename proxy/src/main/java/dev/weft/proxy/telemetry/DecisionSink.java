package dev.weft.proxy.telemetry;

/**
 * Takes the decision record of every request that has ended. Called on any worker's loop; must not
 * block.
 */
@FunctionalInterface
public interface DecisionSink {
  /** Keeps nothing. */
  DecisionSink NONE = record -> {};

  void accept(RequestRecord record);
}
