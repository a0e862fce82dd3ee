package dev.weft.agent.compile.listener;

import dev.weft.agent.compile.route.OutboundRoutes;
import dev.weft.agent.compile.wire.Wire;
import dev.weft.agent.model.Address;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;

/** Where the application calls out, in plaintext on the loopback. */
public final class OutboundListener {
  /** Its name. */
  public static final String NAME = "outbound";

  private OutboundListener() {}

  public static Listener compile(Address address) {
    return Listener.newBuilder()
        .setName(NAME)
        .setAddress(Wire.address(address))
        .addFilterChains(
            FilterChain.newBuilder()
                .setName(NAME)
                .addFilters(
                    Filters.http(
                        Filters.manager(NAME)
                            .setRds(
                                Rds.newBuilder()
                                    .setConfigSource(Wire.ads())
                                    .setRouteConfigName(OutboundRoutes.NAME))
                            .build())))
        .build();
  }
}
