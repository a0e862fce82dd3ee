package dev.weft.cli.demo;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the demo says: plain lines, so that a run can be recorded. Thread-safe by the stream's own
 * lock.
 */
final class Screen {
  private final PrintStream out;
  private final long beginNanos = System.nanoTime();

  Screen(PrintStream out) {
    this.out = out;
  }

  /** Something happened. */
  void event(String text) {
    out.printf(Locale.ROOT, "%6.1f s  %s%n", elapsed(), text);
  }

  /** Who answered how fast since the last such line. */
  void answers(List<Answer> answers) {
    Map<String, Integer> by = new TreeMap<>();
    long failed = 0;
    long slowest = 0;
    for (Answer answer : answers) {
      slowest = Math.max(slowest, answer.micros());
      if (answer.ok()) {
        by.merge(answer.cluster() + "/" + answer.instance(), 1, Integer::sum);
      } else {
        failed++;
      }
    }
    List<Long> sorted = answers.stream().map(Answer::micros).sorted().toList();
    String who =
        by.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining("  "));
    out.printf(
        Locale.ROOT,
        "%6.1f s    %-52s p50 %5.1f ms  slowest %6.1f ms%s%n",
        elapsed(),
        who,
        sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2) / 1000.0,
        slowest / 1000.0,
        failed == 0 ? "" : "  without an answer " + failed);
  }

  /** A line as it is. */
  void line(String text) {
    out.println(text);
  }

  private double elapsed() {
    return (System.nanoTime() - beginNanos) / 1e9;
  }
}
