package dev.weft.agent.replication;

/**
 * Tells how long a heartbeat was under way beyond the fastest one seen lately, from the origin's
 * monotonic clock and ours. The two have no common zero and drift (tens of parts per million), so
 * the smallest difference of the last five to ten minutes stands for an undelayed message.
 * Milliseconds throughout. Not thread-safe.
 */
final class OriginClock {

  private static final long WINDOW = 300_000;
  private static final long NEVER = Long.MAX_VALUE;

  private long windowBegan;
  private long smallest = NEVER;
  private long smallestBefore = NEVER;

  /**
   * A heartbeat arrived.
   *
   * @return how long it was delayed, at least 0
   */
  long delayOf(long originMillis, long arrivedMillis) {
    if (smallest == NEVER || arrivedMillis - windowBegan > WINDOW) {
      smallestBefore = smallest;
      smallest = NEVER;
      windowBegan = arrivedMillis;
    }
    long difference = arrivedMillis - originMillis;
    smallest = Math.min(smallest, difference);
    return difference - Math.min(smallest, smallestBefore);
  }

  /** The origin was started anew: its clock may have another zero. */
  void reset() {
    smallest = NEVER;
    smallestBefore = NEVER;
  }
}
