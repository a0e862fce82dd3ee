package dev.weft.proxy.xds;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Growing waits with jitter between attempts. Confined to its owner's thread. */
public final class BackOff {
  private static final double GROWTH = 1.6;

  private final Duration first;
  private final Duration longest;
  private final RandomGenerator random;
  private double nextMillis;

  /**
   * @param first the first wait, before jitter
   * @param longest no wait is longer
   */
  public BackOff(Duration first, Duration longest, RandomGenerator random) {
    this.first = first;
    this.longest = longest;
    this.random = random;
    this.nextMillis = (double) first.toMillis();
  }

  /**
   * The next wait: between half of it and all of it, so that many nodes do not come back at once.
   */
  public Duration next() {
    double millis = Math.min(nextMillis, (double) longest.toMillis());
    nextMillis = Math.min(millis * GROWTH, (double) longest.toMillis());
    return Duration.ofMillis((long) (millis * (0.5 + random.nextDouble() / 2)));
  }

  /** After a success. */
  public void reset() {
    nextMillis = (double) first.toMillis();
  }
}
