package dev.weft.cli.demo;

/**
 * One request as its caller saw it.
 *
 * @param sentNanos, endNanos {@link System#nanoTime}
 * @param status HTTP status; 0: no answer
 * @param cluster where payments answered from; empty: it did not
 * @param instance who answered; empty: nobody
 * @param detail why it failed, for people; empty: it did not
 */
record Answer(
    String id,
    String method,
    long sentNanos,
    long endNanos,
    int status,
    String cluster,
    String instance,
    String detail) {

  boolean ok() {
    return status == 200 && !instance.isEmpty();
  }

  long micros() {
    return (endNanos - sentNanos) / 1000;
  }
}
