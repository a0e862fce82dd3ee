package dev.weft.agent.compile.listener;

import dev.weft.agent.compile.upstream.Fixed;
import dev.weft.agent.compile.wire.Wire;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.ServerNames;
import dev.weft.agent.model.ServiceKey;
import dev.weft.policy.identity.TrustDomain;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A gateway's one port: exported services and the agent by server name, passed through; a probe
 * answered by itself. Every other server name finds no chain.
 */
public final class EastWestListener {
  /** Its name. */
  public static final String NAME = "east-west";

  private static final String PROBE = "probe";

  private EastWestListener() {}

  /** What the listener depends on; exports in order. */
  public record Slice(Address address, TrustDomain trustDomain, List<ServiceKey> exports) {
    public Slice {
      exports = List.copyOf(exports);
    }

    /** What is passed on. */
    public Set<String> serves() {
      return exports.stream()
          .map(service -> ServerNames.everyPort(service, trustDomain.name()))
          .collect(Collectors.toUnmodifiableSet());
    }
  }

  public static Listener compile(Slice slice) {
    String domain = slice.trustDomain().name();
    Listener.Builder listener =
        Listener.newBuilder()
            .setName(NAME)
            .setAddress(Wire.address(slice.address()))
            .addListenerFilters(Filters.tlsInspector())
            .addFilterChains(chain("agent." + domain, Filters.tcp(Fixed.AGENT, Fixed.AGENT)))
            .addFilterChains(
                chain("probe." + domain, probe()).setTransportSocket(Filters.mutualTls()));
    for (ServiceKey service : slice.exports()) {
      String upstream = Fixed.exportName(service);
      listener.addFilterChains(
          chain(ServerNames.everyPort(service, domain), Filters.tcp(upstream, upstream)));
    }
    return listener.build();
  }

  private static FilterChain.Builder chain(String serverName, Filter filter) {
    return FilterChain.newBuilder()
        .setName(serverName)
        .setFilterChainMatch(
            FilterChainMatch.newBuilder().setTransportProtocol("tls").addServerNames(serverName))
        .addFilters(filter);
  }

  private static Filter probe() {
    return Filters.http(
        Filters.manager(PROBE, null)
            .setRouteConfig(
                RouteConfiguration.newBuilder()
                    .setName(PROBE)
                    .addVirtualHosts(
                        VirtualHost.newBuilder()
                            .setName(PROBE)
                            .addDomains("*")
                            .addRoutes(
                                Route.newBuilder()
                                    .setMatch(RouteMatch.newBuilder().setPath("/weft/probe"))
                                    .setDirectResponse(
                                        DirectResponseAction.newBuilder().setStatus(200)))))
            .build());
  }
}
