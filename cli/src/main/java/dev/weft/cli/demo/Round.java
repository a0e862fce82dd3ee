package dev.weft.cli.demo;

import java.util.Comparator;
import java.util.List;

/**
 * One round of the drill, from the first instance lost to the return of local answers.
 *
 * @param kind {@code kill} or {@code stop}
 * @param beginNanos when the first instance was lost
 * @param reviveNanos when the first instance was about to be brought back
 * @param backNanos when the first instance could answer again: its application's own health
 *     answered, or SIGCONT
 * @param endNanos when the round was over
 */
record Round(String kind, long beginNanos, long reviveNanos, long backNanos, long endNanos) {

  /**
   * Last local answer to first remote one after it, as the caller sees it, in milliseconds; -1: no
   * remote answer.
   */
  long failoverMillis(List<Answer> answers, String local) {
    List<Answer> ended =
        answers.stream()
            .filter(a -> a.ok() && a.endNanos() >= beginNanos && a.endNanos() <= reviveNanos)
            .sorted(Comparator.comparingLong(Answer::endNanos))
            .toList();
    long lastLocal =
        ended.stream()
            .filter(a -> a.cluster().equals(local))
            .mapToLong(Answer::endNanos)
            .max()
            .orElse(beginNanos);
    return ended.stream()
        .filter(a -> !a.cluster().equals(local) && a.endNanos() > lastLocal)
        .mapToLong(Answer::endNanos)
        .min()
        .stream()
        .map(first -> (first - lastLocal) / 1_000_000)
        .findFirst()
        .orElse(-1);
  }

  /**
   * From the moment an instance could answer again to the first local answer, in milliseconds; -1:
   * none came.
   */
  long failbackMillis(List<Answer> answers, String local) {
    return answers.stream()
        .filter(a -> a.ok() && a.cluster().equals(local) && a.sentNanos() >= backNanos)
        .mapToLong(Answer::endNanos)
        .min()
        .stream()
        .map(first -> (first - backNanos) / 1_000_000)
        .findFirst()
        .orElse(-1);
  }

  /** The slowest request that was answered well and was sent in this round, in milliseconds. */
  long slowestMillis(List<Answer> answers) {
    return answers.stream()
        .filter(a -> a.ok() && a.sentNanos() >= beginNanos && a.sentNanos() <= endNanos)
        .mapToLong(a -> a.micros() / 1000)
        .max()
        .orElse(-1);
  }
}
