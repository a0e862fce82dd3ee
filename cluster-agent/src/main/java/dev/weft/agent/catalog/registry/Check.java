package dev.weft.agent.catalog.registry;

/**
 * A check of a service, or of the node when {@code serviceId} is empty.
 *
 * @param output of the last run, at most 4 KiB
 * @param restored whether the status is from before a restart and no result has come since
 * @param renewedAtMillis the agent's monotonic clock at the last result
 */
record Check(
    String id,
    String name,
    String serviceId,
    CheckStatus status,
    String output,
    String notes,
    CheckDefinition definition,
    boolean restored,
    long createIndex,
    long modifyIndex,
    long renewedAtMillis) {

  Check with(CheckStatus newStatus, String newOutput, long atMillis) {
    return new Check(
        id,
        name,
        serviceId,
        newStatus,
        newOutput,
        notes,
        definition,
        false,
        createIndex,
        modifyIndex,
        atMillis);
  }

  Check indexed(long created, long modified) {
    return new Check(
        id,
        name,
        serviceId,
        status,
        output,
        notes,
        definition,
        restored,
        created,
        modified,
        renewedAtMillis);
  }
}
