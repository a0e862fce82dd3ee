package dev.weft.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Trace context of requests: accepted, continued by a span of this hop, handed on.
 *
 * @param maxPathLength most characters of a path in a span
 * @param tags of each span, beside its own attributes
 * @param attemptSpans whether each attempt has a span of its own, the parent of the next hop's
 * @param receiver where spans go; {@code null}: to that of the bootstrap file
 */
public record Tracing(
    Sampling sampling,
    int maxPathLength,
    List<SpanTag> tags,
    boolean attemptSpans,
    @Nullable Receiver receiver) {
  /** All, in millionths. */
  public static final int ALL = 1_000_000;

  /** Envoy's default. */
  public static final int MAX_PATH = 256;

  public Tracing {
    tags = List.copyOf(tags);
  }

  /** With these shares and no more. */
  public static Tracing of(Sampling sampling) {
    return new Tracing(sampling, MAX_PATH, List.of(), false, null);
  }

  /**
   * Which traces are sampled, in millionths.
   *
   * @param client share of those with {@code x-client-trace-id} that are for its sake
   * @param random share of the others that begin here
   * @param overall share of all that would be sampled that are
   */
  public record Sampling(int client, int random, int overall) {}

  /**
   * Takes spans, OTLP over gRPC without TLS.
   *
   * @param service the name under which they are sent; empty: the node's service account
   */
  public record Receiver(HostPort address, String service) {}
}
