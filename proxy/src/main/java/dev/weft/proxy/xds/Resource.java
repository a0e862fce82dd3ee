package dev.weft.proxy.xds;

import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.TrustContext;
import dev.weft.proxy.config.UpstreamConfig;

/** A parsed resource of one of the types. */
sealed interface Resource {
  record OfListener(ListenerConfig listener) implements Resource {}

  record OfRoutes(RouteTable routes) implements Resource {}

  record OfUpstream(UpstreamConfig upstream) implements Resource {}

  record OfEndpoints(EndpointSet endpoints) implements Resource {}

  record OfValidation(TrustContext trust) implements Resource {}
}
