package dev.weft.bench.comparison;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The results as a table for people and as JSON. */
final class Report {
  private static final String SUBJECT = "weft";

  private Report() {}

  /** One line for each mode and peer. */
  static String table(List<ModeResult> results) {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "%-10s %-8s %6s %-24s %9s %9s %9s %8s  %s%n",
            "mode",
            "peer",
            "rounds",
            "CPU us/req or MB/CPU-s",
            "req/s",
            "p50 us",
            "p99 us",
            "RSS MiB",
            "Weft/peer (min..max)"));
    for (ModeResult result : results) {
      for (String peer : peers(result)) {
        out.append(row(result, peer));
      }
    }
    return out.toString();
  }

  private static String row(ModeResult result, String peer) {
    Mode mode = result.mode();
    Spread figure = result.of(peer, slice -> slice.figure(mode));
    boolean compared = !peer.equals(SUBJECT) && peers(result).contains(SUBJECT);
    return String.format(
        Locale.ROOT,
        "%-10s %-8s %6d %-24s %9.0f %9.0f %9.0f %8.0f  %s%n",
        mode.label(),
        peer,
        result.rounds().size(),
        peer.equals("direct") ? "-" : spread(figure, mode.figure() == Mode.Figure.CPU ? 1 : 0),
        result.of(peer, Slice::rate).median(),
        result.of(peer, slice -> slice.load().p50Micros()).median(),
        result.of(peer, slice -> slice.load().p99Micros()).median(),
        result.of(peer, slice -> slice.residentKib() / 1024.0).median(),
        compared ? comparison(result, peer) : "");
  }

  private static String comparison(ModeResult result, String peer) {
    String later = "p99 " + signed(result.later(SUBJECT, peer)) + " ms";
    return peer.equals("direct") ? later : spread(result.ratio(SUBJECT, peer), 2) + "  " + later;
  }

  private static String spread(Spread spread, int decimals) {
    String format = "%." + decimals + "f (%." + decimals + "f..%." + decimals + "f)";
    return String.format(Locale.ROOT, format, spread.median(), spread.min(), spread.max());
  }

  private static String signed(Spread spread) {
    return String.format(
        Locale.ROOT, "%+.2f (%+.2f..%+.2f)", spread.median(), spread.min(), spread.max());
  }

  private static Set<String> peers(ModeResult result) {
    return result.rounds().isEmpty() ? Set.of() : result.rounds().getFirst().keySet();
  }

  /** Every slice that counts, and what the machine and the plan were. */
  static ObjectNode json(List<ModeResult> results, Plan plan, Map<String, String> facts) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    ObjectNode machine = root.putObject("facts");
    facts.forEach(machine::put);
    root.putObject("plan")
        .put("rounds", plan.rounds())
        .put("seconds", plan.seconds())
        .put("warmupSeconds", plan.warmup())
        .put("foreignLimit", plan.foreign());
    ArrayNode modes = root.putArray("modes");
    for (ModeResult result : results) {
      ObjectNode mode = modes.addObject();
      mode.put("mode", result.mode().label())
          .put("text", result.mode().text())
          .put("discardedSlices", result.discarded());
      ArrayNode ratios = mode.putArray("ratios");
      for (String peer : new ArrayList<>(peers(result))) {
        if (!peer.equals(SUBJECT) && !peer.equals("direct") && peers(result).contains(SUBJECT)) {
          Spread ratio = result.ratio(SUBJECT, peer);
          ratios
              .addObject()
              .put("peer", peer)
              .put("min", ratio.min())
              .put("median", ratio.median())
              .put("max", ratio.max())
              .put("p99LaterMillisMedian", result.later(SUBJECT, peer).median());
        }
      }
      ArrayNode rounds = mode.putArray("rounds");
      for (Map<String, Slice> round : result.rounds()) {
        ObjectNode slices = rounds.addObject();
        round.forEach((peer, slice) -> slices.set(peer, json(result.mode(), slice)));
      }
    }
    return root;
  }

  private static ObjectNode json(Mode mode, Slice slice) {
    ObjectNode node = new ObjectMapper().createObjectNode();
    return node.put("requests", slice.load().requests())
        .put("seconds", slice.load().seconds())
        .put("cpuMicrosPerRequest", slice.cpuMicros())
        .put("megabytesPerCpuSecond", slice.megabytesPerCpuSecond(mode.bytes()))
        .put("requestsPerSecond", slice.rate())
        .put("p50Micros", slice.load().p50Micros())
        .put("p99Micros", slice.load().p99Micros())
        .put("residentKib", slice.residentKib())
        .put("foreign", slice.foreign());
  }
}
