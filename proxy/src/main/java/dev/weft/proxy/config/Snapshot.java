package dev.weft.proxy.config;

import java.util.Map;

/**
 * All accepted configuration at one moment. A worker swaps one for the next and never sees a
 * mixture.
 *
 * @param version grows with each snapshot; 0 is the empty one
 * @param listeners by name
 * @param routes route configurations by name; a listener whose route configuration is missing
 *     answers 404 ({@code NR})
 * @param upstreams by name
 * @param endpoints load assignments by the name that an EDS upstream asks for
 * @param validation trust contexts by secret name
 */
public record Snapshot(
    long version,
    Map<String, ListenerConfig> listeners,
    Map<String, RouteTable> routes,
    Map<String, UpstreamConfig> upstreams,
    Map<String, EndpointSet> endpoints,
    Map<String, TrustContext> validation) {

  public static final Snapshot EMPTY =
      new Snapshot(0, Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

  public Snapshot {
    listeners = Map.copyOf(listeners);
    routes = Map.copyOf(routes);
    upstreams = Map.copyOf(upstreams);
    endpoints = Map.copyOf(endpoints);
    validation = Map.copyOf(validation);
  }
}
