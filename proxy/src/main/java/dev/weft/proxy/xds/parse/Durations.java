package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import java.time.Duration;

/** Durations of at most a year. Each returns a usable value whether or not it added a problem. */
final class Durations {
  private static final Duration MOST = Duration.ofDays(366);

  private Durations() {}

  /** Zero has a meaning of its own. */
  static Duration zeroOrMore(
      boolean set, com.google.protobuf.Duration value, Duration whenUnset, Problems problems) {
    return atLeast(Duration.ZERO, set, value, whenUnset, problems);
  }

  /** Zero is refused. */
  static Duration positive(
      boolean set, com.google.protobuf.Duration value, Duration whenUnset, Problems problems) {
    return atLeast(Duration.ofNanos(1), set, value, whenUnset, problems);
  }

  /** Has to be set, and not to zero. */
  static Duration required(boolean set, com.google.protobuf.Duration value, Problems problems) {
    if (!set) {
      problems.add("is required");
    }
    return positive(set, value, Duration.ofSeconds(1), problems);
  }

  /** What is below the least is refused. */
  static Duration atLeast(
      Duration least,
      boolean set,
      com.google.protobuf.Duration value,
      Duration whenUnset,
      Problems problems) {
    if (!set) {
      return whenUnset;
    }
    long seconds = value.getSeconds();
    int nanos = value.getNanos();
    if (nanos < 0 || nanos > 999_999_999 || seconds < 0 || seconds > MOST.toSeconds()) {
      problems.add("is not a duration of 0 to " + MOST.toDays() + " days");
      return whenUnset;
    }
    Duration duration = Duration.ofSeconds(seconds, nanos);
    if (duration.compareTo(least) < 0) {
      problems.add(least.toNanos() == 1 ? "must be above 0" : "must be at least " + least);
      return whenUnset;
    }
    return duration;
  }
}
