package dev.weft.proxy.telemetry;

import dev.weft.proxy.config.Tracing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a span tells beside its request's decision record; kept for requests that are sampled only.
 * Immutable.
 *
 * @param client whether the hop counts as its caller's: outbound, without spans of attempts
 * @param url without its query, which may hold secrets
 * @param userAgent empty: none
 * @param clientTraceId empty: none
 * @param tags names and values in turn
 */
public record SpanFacts(
    boolean client,
    String url,
    String userAgent,
    String clientTraceId,
    List<String> tags,
    Tracing.@Nullable Receiver receiver) {
  public SpanFacts {
    tags = List.copyOf(tags);
  }
}
