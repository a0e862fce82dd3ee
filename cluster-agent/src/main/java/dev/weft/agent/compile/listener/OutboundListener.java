package dev.weft.agent.compile.listener;

import dev.weft.agent.compile.route.OutboundRoutes;
import dev.weft.agent.compile.wire.Wire;
import dev.weft.agent.model.Address;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import org.jspecify.annotations.Nullable;

/** Where the application calls out, in plaintext on the loopback. */
public final class OutboundListener {
  /** Its name. */
  public static final String NAME = "outbound";

  private OutboundListener() {}

  /**
   * What the listener depends on.
   *
   * @param traces {@code null}: context passes as it is
   */
  public record Slice(Address address, @Nullable Traces traces) {}

  public static Listener compile(Slice slice) {
    return Listener.newBuilder()
        .setName(NAME)
        .setTrafficDirection(TrafficDirection.OUTBOUND)
        .setAddress(Wire.address(slice.address()))
        .addFilterChains(
            FilterChain.newBuilder()
                .setName(NAME)
                .addFilters(
                    Filters.http(
                        Filters.manager(NAME, slice.traces())
                            .setRds(
                                Rds.newBuilder()
                                    .setConfigSource(Wire.ads())
                                    .setRouteConfigName(OutboundRoutes.NAME))
                            .build())))
        .build();
  }
}
