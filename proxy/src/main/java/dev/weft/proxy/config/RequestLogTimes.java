package dev.weft.proxy.config;

import java.time.Duration;

/**
 * When a request has lines beside the one at its end.
 *
 * @param begun whether it has one when its head is there
 * @param tunnelled whether it has one when it has become another protocol's connection
 * @param interval between others, from its begin on; zero: none
 */
public record RequestLogTimes(boolean begun, boolean tunnelled, Duration interval) {
  /** No more than one line, at the end. */
  public static final RequestLogTimes END = new RequestLogTimes(false, false, Duration.ZERO);
}
