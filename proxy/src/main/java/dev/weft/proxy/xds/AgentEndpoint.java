package dev.weft.proxy.xds;

import dev.weft.proxy.config.HostPort;
import java.util.List;

/**
 * Where the agents of the own cluster are and how to know them.
 *
 * @param addresses tried in order, over and over; at least one
 * @param serverName the SNI, {@code agent.<cluster>.<mesh>}
 * @param identity the SPIFFE id that an agent's certificate carries
 */
public record AgentEndpoint(List<HostPort> addresses, String serverName, String identity) {
  public AgentEndpoint {
    addresses = List.copyOf(addresses);
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("no agent address");
    }
  }
}
