package dev.weft.proxy.config;

import java.util.List;

/**
 * A route configuration.
 *
 * @param ignorePort whether the port in the Host is left out of domain matching
 */
public record RouteTable(String name, boolean ignorePort, List<VirtualHost> virtualHosts) {

  public RouteTable {
    virtualHosts = List.copyOf(virtualHosts);
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
