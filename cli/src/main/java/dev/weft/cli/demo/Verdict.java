package dev.weft.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.cli.demo.sample.ExecutionLog;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the drill showed.
 *
 * @param answers every request as its caller saw it
 * @param executed what each instance of payments executed, by label
 * @param lost the labels of the instances that were killed or hung
 */
record Verdict(
    List<Answer> answers,
    List<Round> rounds,
    Map<String, List<ExecutionLog.Entry>> executed,
    Set<String> lost,
    String local) {

  /**
   * POSTs without an answer whose id is in the log of an instance that was killed or hung: nobody
   * may repeat those.
   */
  List<Answer> notRepeatable() {
    Set<String> begun = new HashSet<>();
    for (String label : lost) {
      for (ExecutionLog.Entry entry : executed.getOrDefault(label, List.of())) {
        begun.add(entry.requestId());
      }
    }
    return answers.stream()
        .filter(a -> !a.ok() && a.method().equals("POST") && begun.contains(a.id()))
        .toList();
  }

  /** Every other request without a good answer. */
  List<Answer> failed() {
    Collection<Answer> excused = new HashSet<>(notRepeatable());
    return answers.stream().filter(a -> !a.ok() && !excused.contains(a)).toList();
  }

  /** Ids of POSTs that were executed more than once. */
  List<String> duplicates() {
    Map<String, Integer> times = new HashMap<>();
    for (List<ExecutionLog.Entry> log : executed.values()) {
      for (ExecutionLog.Entry entry : log) {
        if (entry.method().equals("POST")) {
          times.merge(entry.requestId(), 1, Integer::sum);
        }
      }
    }
    return times.entrySet().stream()
        .filter(e -> e.getValue() > 1)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  boolean passed() {
    return failed().isEmpty() && duplicates().isEmpty();
  }

  /** The drill's last line. */
  String json() {
    ObjectNode root = new ObjectMapper().createObjectNode();
    List<Long> sorted =
        new ArrayList<>(answers.stream().filter(Answer::ok).map(Answer::micros).sorted().toList());
    root.put("requests", answers.size());
    root.put("failed", failed().size());
    root.put("notRepeatable", notRepeatable().size());
    root.put("duplicates", duplicates().size());
    root.put(
        "failoverMillis",
        rounds.stream().mapToLong(r -> r.failoverMillis(answers, local)).max().orElse(-1));
    root.put(
        "slowestMillis",
        answers.stream().filter(Answer::ok).mapToLong(a -> a.micros() / 1000).max().orElse(-1));
    root.put(
        "failbackMillis",
        rounds.stream().mapToLong(r -> r.failbackMillis(answers, local)).max().orElse(-1));
    root.put("p50Millis", millis(sorted, 0.50));
    root.put("p99Millis", millis(sorted, 0.99));
    ArrayNode each = root.putArray("rounds");
    for (Round round : rounds) {
      each.addObject()
          .put("kind", round.kind())
          .put("failoverMillis", round.failoverMillis(answers, local))
          .put("slowestMillis", round.slowestMillis(answers))
          .put("failbackMillis", round.failbackMillis(answers, local));
    }
    return root.toString();
  }

  private static double millis(List<Long> sortedMicros, double quantile) {
    if (sortedMicros.isEmpty()) {
      return -1;
    }
    int index =
        Math.min(sortedMicros.size() - 1, (int) Math.ceil(quantile * sortedMicros.size()) - 1);
    return Math.round(sortedMicros.get(Math.max(0, index)) / 10.0) / 100.0;
  }
}
