package dev.weft.proxy.config;

import java.util.List;

/**
 * What a connection manager tells of its requests, beside the metrics and the node's own log.
 *
 * @param accessLogs {@code access_log}
 */
public record Observability(List<AccessLogConfig> accessLogs) {
  public static final Observability NONE = new Observability(List.of());

  public Observability {
    accessLogs = List.copyOf(accessLogs);
  }
}
