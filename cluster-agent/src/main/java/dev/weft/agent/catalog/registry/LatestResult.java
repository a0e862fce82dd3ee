package dev.weft.agent.catalog.registry;

/**
 * What a check's last result said and when it came. It changes with every result, without a new
 * {@link Contents}: a result that confirms what is known costs one write here. Thread-safe: one
 * volatile reference.
 */
final class LatestResult {
  private volatile Told told;

  LatestResult(String output, long atMillis) {
    this.told = new Told(output, atMillis);
  }

  String output() {
    return told.output;
  }

  /** The agent's monotonic clock at the last result, in milliseconds. */
  long atMillis() {
    return told.atMillis;
  }

  void set(String output, long atMillis) {
    told = new Told(output, atMillis);
  }

  /** Without a result of its own: the status stands confirmed. */
  void renew(long atMillis) {
    told = new Told(told.output, atMillis);
  }

  private record Told(String output, long atMillis) {}
}
