package dev.weft.proxy.telemetry;

import dev.weft.proxy.config.AccessLogConfig;

/**
 * Takes the decision record of every request that has ended. Called on any worker's loop; must not
 * block.
 */
@FunctionalInterface
public interface DecisionSink {
  /** Keeps nothing. */
  DecisionSink NONE = record -> {};

  void accept(RequestRecord record);

  /** A line of an access log that the configuration names, with its line feed. */
  default void line(AccessLogConfig.Target target, String line) {}
}
