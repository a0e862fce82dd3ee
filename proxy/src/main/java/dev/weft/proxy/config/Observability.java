package dev.weft.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a connection manager tells of its requests, beside the metrics and the node's own log.
 *
 * @param accessLogs {@code access_log}
 * @param tracing {@code null}: trace context passes as it is
 * @param requestIds whether a request without {@code x-request-id} gets one
 */
public record Observability(
    List<AccessLogConfig> accessLogs, @Nullable Tracing tracing, boolean requestIds) {
  public static final Observability NONE = new Observability(List.of(), null, true);

  public Observability {
    accessLogs = List.copyOf(accessLogs);
  }
}
