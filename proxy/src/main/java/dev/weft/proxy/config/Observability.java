package dev.weft.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a connection manager tells of its requests, beside the metrics and the node's own log.
 *
 * @param accessLogs {@code access_log}
 * @param logTimes when requests have more lines in them
 * @param tracing {@code null}: trace context passes as it is
 * @param requestIds whether a request without {@code x-request-id} gets one
 * @param answerIds whether answers tell {@code x-request-id}
 */
public record Observability(
    List<AccessLogConfig> accessLogs,
    RequestLogTimes logTimes,
    @Nullable Tracing tracing,
    boolean requestIds,
    boolean answerIds) {
  public static final Observability NONE =
      new Observability(List.of(), RequestLogTimes.END, null, true, false);

  public Observability {
    accessLogs = List.copyOf(accessLogs);
  }
}
