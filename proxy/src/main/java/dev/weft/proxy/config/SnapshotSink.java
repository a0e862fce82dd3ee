package dev.weft.proxy.config;

import java.util.concurrent.CompletionStage;

/** Takes configuration as it becomes whole. */
@FunctionalInterface
public interface SnapshotSink {
  /**
   * Replaces what was published before. Called on the control thread, with growing versions;
   * returns without waiting for the workers.
   *
   * @return completes, on any thread, when every worker serves by this snapshot or a newer one;
   *     exceptionally never
   */
  CompletionStage<Void> publish(Snapshot snapshot);
}
