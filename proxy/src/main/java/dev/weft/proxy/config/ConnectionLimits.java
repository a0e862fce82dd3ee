package dev.weft.proxy.config;

import java.time.Duration;

/**
 * How long a downstream connection serves requests; then it drains.
 *
 * @param requests with so many of them, the last one included; 0: any number
 * @param longest from its begin; zero: for ever
 */
public record ConnectionLimits(long requests, Duration longest) {
  /** None. */
  public static final ConnectionLimits NONE = new ConnectionLimits(0, Duration.ZERO);

  /** Whether the connection drains with its {@code number}th request. */
  public boolean last(long number) {
    return requests > 0 && number >= requests;
  }
}
