package dev.weft.proxy.config;

import java.util.List;

/**
 * Envoy's {@code FilterChainMatch}: the most specific match wins, in the order destination port,
 * server name (exact, then the longest wildcard suffix, then none), transport protocol, application
 * protocol.
 *
 * @param destinationPort 0: any
 * @param serverNames exact names, or {@code *.suffix}; empty: any
 * @param transportProtocol {@code tls}, {@code raw_buffer}, or empty: any
 * @param applicationProtocols ALPN names; empty: any
 */
public record ChainMatch(
    int destinationPort,
    List<String> serverNames,
    String transportProtocol,
    List<String> applicationProtocols) {

  public static final ChainMatch ANY = new ChainMatch(0, List.of(), "", List.of());

  public ChainMatch {
    serverNames = List.copyOf(serverNames);
    applicationProtocols = List.copyOf(applicationProtocols);
  }
}
