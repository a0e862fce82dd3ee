package dev.weft.bench.soak;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Whether a figure that should stay flat grows: the median of its last third against that of its
 * first, of what is left without the first quarter, in which caches and pools fill up.
 *
 * @param what for people
 * @param share of the first that the last may be more
 * @param more what it may be more in any case
 */
record Trend(String what, ToLongFunction<Sample> figure, double share, long more) {
  /** Fewer tell nothing. */
  static final int FEWEST = 8;

  static final List<Trend> ALL =
      List.of(
          new Trend("heap after a collection, KiB", Sample::heap, 0.1, 6 * 1024),
          new Trend("direct memory, KiB", Sample::direct, 0.1, 12 * 1024),
          new Trend("RSS, KiB", Sample::resident, 0.15, 32 * 1024));

  /** What is wrong with these; empty when nothing is, or there are too few. */
  Optional<String> problem(List<Sample> samples) {
    if (samples.size() < FEWEST) {
      return Optional.empty();
    }
    long[] values = samples.stream().mapToLong(figure).skip(samples.size() / 4).toArray();
    int third = values.length / 3;
    long first = median(Arrays.copyOf(values, third));
    long last = median(Arrays.copyOfRange(values, values.length - third, values.length));
    return last - first > Math.max(more, (long) (share * (double) first))
        ? Optional.of(String.format(Locale.ROOT, "%s grew from %,d to %,d", what, first, last))
        : Optional.empty();
  }

  private static long median(long... values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
