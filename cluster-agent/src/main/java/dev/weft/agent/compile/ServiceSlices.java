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
 * @param meshed the local instances that joined a sidecar, by id
 * @param exported its load assignment at this cluster's gateways
 */
record ServiceSlices(
    boolean http,
    String protocol,
    OutboundRoutes.Host host,
    Upstreams.Slice upstream,
    Endpoints.Slice endpoints,
    List<JoinedInstance.Meshed> meshed,
    Endpoints.Slice exported) {

  ServiceSlices {
    meshed = List.copyOf(meshed);
  }
}
