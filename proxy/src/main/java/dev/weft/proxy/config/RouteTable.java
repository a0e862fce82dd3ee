package dev.weft.proxy.config;

import java.util.List;

/**
 * A route configuration.
 *
 * @param internalOnlyHeaders taken from requests whose client is not internal
 * @param ignorePort whether the port in the Host is left out of domain matching
 */
public record RouteTable(
    String name,
    boolean ignorePort,
    List<String> internalOnlyHeaders,
    List<VirtualHost> virtualHosts) {

  public RouteTable {
    internalOnlyHeaders = List.copyOf(internalOnlyHeaders);
    virtualHosts = List.copyOf(virtualHosts);
  }

  /** Every client may use any header. */
  public RouteTable(String name, boolean ignorePort, List<VirtualHost> virtualHosts) {
    this(name, ignorePort, List.of(), virtualHosts);
  }

  /**
   * Routes for some domains.
   *
   * @param domains exact, {@code *.suffix}, {@code prefix.*} or {@code *}; matched in that order,
   *     longest first
   */
  public record VirtualHost(String name, List<String> domains, List<Route> routes) {

    public VirtualHost {
      domains = List.copyOf(domains);
      routes = List.copyOf(routes);
    }
  }
}
