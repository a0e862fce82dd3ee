package dev.weft.proxy.config;

import java.time.Duration;

/**
 * When a TCP connection has lines beside the one at its end.
 *
 * @param connected whether it has one when it has got its host
 * @param interval between others, from its begin on; zero: none
 */
public record TcpLogTimes(boolean connected, Duration interval) {
  /** No more than one line, at the end. */
  public static final TcpLogTimes END = new TcpLogTimes(false, Duration.ZERO);
}
