package dev.weft.proxy.config;

/**
 * A share of requests: {@code envoy.type.v3.FractionalPercent}.
 *
 * @param numerator 0 or more; above {@code denominator}: all
 * @param denominator 100, 10,000 or 1,000,000
 */
public record Fraction(int numerator, int denominator) {
  public static final Fraction ALL = new Fraction(100, 100);

  /**
   * Whether a request belongs to the share.
   *
   * @param drawn random, 0 or more
   */
  public boolean includes(long drawn) {
    return drawn % denominator < numerator;
  }
}
