package dev.weft.proxy.config;

/** Takes configuration as it becomes whole. */
@FunctionalInterface
public interface SnapshotSink {
  /**
   * Replaces what was published before. Called on the control thread, with growing versions;
   * returns without waiting for the workers.
   */
  void publish(Snapshot snapshot);
}
