package dev.weft.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket and what to do with its connections.
 *
 * @param address literal IP address and port to bind
 * @param inspection what reads the first bytes
 * @param chains candidates in the order of the resource; chosen by {@link ChainMatch}'s
 *     specificity, not by order
 * @param defaultChain taken when no chain matches; without one the connection is closed and counted
 * @param perConnectionBufferLimitBytes soft limit of what one connection may buffer
 * @param accessLogs of its connections, each when it has ended
 * @param outbound whether it is for what the node's own workload asks of others
 */
public record ListenerConfig(
    String name,
    HostPort address,
    ListenerInspection inspection,
    List<FilterChain> chains,
    @Nullable FilterChain defaultChain,
    int perConnectionBufferLimitBytes,
    List<AccessLogConfig> accessLogs,
    boolean outbound) {

  public ListenerConfig {
    chains = List.copyOf(chains);
    accessLogs = List.copyOf(accessLogs);
  }

  /** Inbound, without access logs. */
  public ListenerConfig(
      String name,
      HostPort address,
      ListenerInspection inspection,
      List<FilterChain> chains,
      @Nullable FilterChain defaultChain,
      int perConnectionBufferLimitBytes) {
    this(
        name,
        address,
        inspection,
        chains,
        defaultChain,
        perConnectionBufferLimitBytes,
        List.of(),
        false);
  }
}
