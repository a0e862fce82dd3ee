package dev.weft.bench.comparison;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A mode's rounds.
 *
 * @param rounds each a slice for each peer, in the peers' order
 * @param discarded slices with foreign load
 */
record ModeResult(Mode mode, List<Map<String, Slice>> rounds, int discarded) {
  ModeResult {
    List<Map<String, Slice>> copies = new ArrayList<>();
    rounds.forEach(round -> copies.add(new LinkedHashMap<>(round)));
    rounds = List.copyOf(copies);
  }

  /** A value of one peer over the rounds. */
  Spread of(String peer, ToDoubleFunction<Slice> value) {
    return Spread.of(
        rounds.stream().mapToDouble(round -> value.applyAsDouble(slice(round, peer))).toArray());
  }

  /** The first peer's figure divided by another's, round by round. */
  Spread ratio(String peer, String other) {
    return Spread.of(
        rounds.stream()
            .mapToDouble(
                round -> slice(round, peer).figure(mode) / slice(round, other).figure(mode))
            .toArray());
  }

  /** How much later the first peer's 99th percentile is than another's, milliseconds. */
  Spread later(String peer, String other) {
    return Spread.of(
        rounds.stream()
            .mapToDouble(round ->
                (slice(round, peer).load().p99Micros() - slice(round, other).load().p99Micros())
                    / 1e3)
            .toArray());
  }

  private static Slice slice(Map<String, Slice> round, String peer) {
    Slice slice = round.get(peer);
    if (slice == null) {
      throw new IllegalArgumentException(peer + " was not measured");
    }
    return slice;
  }
}
