package dev.weft.proxy.config;

/**
 * Trace context of requests: accepted, continued by a span of this hop, handed on.
 *
 * @param randomSampling share of the traces begun here that are sampled, in millionths
 * @param overallSampling most of all that would be sampled, in millionths
 */
public record Tracing(int randomSampling, int overallSampling) {
  /** All. */
  public static final int ALL = 1_000_000;
}
