package dev.weft.agent.catalog.registry;

/**
 * A check of a service, or of the node when {@code serviceId} is empty. Immutable but for {@code
 * latest}.
 *
 * @param output as the catalog shows it: of the result that last changed something, at most 4 KiB
 * @param restored whether the status is from before a restart and no result has come since
 * @param shownAtMillis the agent's monotonic clock when {@code output} was set
 * @param latest what the last result said, shared by all versions of the check
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
    long shownAtMillis,
    LatestResult latest) {

  /** A check as somebody registers it. */
  static Check of(
      String id,
      String name,
      String serviceId,
      CheckStatus status,
      String output,
      String notes,
      CheckDefinition definition) {
    return new Check(
        id,
        name,
        serviceId,
        status,
        output,
        notes,
        definition,
        false,
        0,
        0,
        0,
        new LatestResult(output, 0));
  }

  /** After a result that changes what the catalog shows. */
  Check after(CheckStatus newStatus, String newOutput, long index, long atMillis) {
    latest.set(newOutput, atMillis);
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
        index,
        atMillis,
        latest);
  }

  /** With the indexes given, and its result counted from this moment. */
  Check first(long created, long modified, long atMillis) {
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
        atMillis,
        new LatestResult(output, atMillis));
  }

  /** From a file: what is known from before a restart. */
  Check asRestored(long created, long modified, long atMillis) {
    return new Check(
        id,
        name,
        serviceId,
        status,
        output,
        notes,
        definition,
        true,
        created,
        modified,
        atMillis,
        new LatestResult(output, atMillis));
  }

  /** Registered again under the same id: named and defined anew, its status and output kept. */
  Check definedAgain(Check again, long index) {
    return new Check(
        id,
        again.name,
        serviceId,
        status,
        output,
        again.notes,
        again.definition,
        restored,
        createIndex,
        index,
        shownAtMillis,
        latest);
  }

  /** Whether registering the other changes nothing. */
  boolean definedAs(Check other) {
    return name.equals(other.name)
        && notes.equals(other.notes)
        && definition.equals(other.definition);
  }
}
