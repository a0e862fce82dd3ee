package dev.weft.agent.compile;

import dev.weft.agent.compile.endpoint.Endpoints;
import dev.weft.agent.compile.route.OutboundRoutes;
import dev.weft.agent.compile.upstream.Upstreams;
import dev.weft.agent.state.JoinedInstance;
import java.util.List;

/**
 * All that resources need to know of one service.
 *
 * @param http whether callers reach it by the outbound listener's routes
 * @param fronted the local instances that joined a sidecar, by id; also those not yet routed to
 * @param exported its load assignment at this cluster's gateways
 */
record ServiceSlices(
    boolean http,
    String protocol,
    OutboundRoutes.Host host,
    Upstreams.Slice upstream,
    Endpoints.Slice endpoints,
    List<JoinedInstance.Fronted> fronted,
    Endpoints.Slice exported) {

  ServiceSlices {
    fronted = List.copyOf(fronted);
  }
}
