package dev.weft.agent.compile.listener;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Duration;
import dev.weft.agent.compile.wire.Wire;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.ServerNames;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.compile.AuthorizationFilters;
import dev.weft.policy.istio.compile.CallerRules;
import dev.weft.policy.istio.compile.ChainPolicies;
import dev.weft.policy.istio.compile.Destination;
import dev.weft.policy.xds.RbacCodec;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where others reach the application: mutual TLS by server name, one chain for each fronted
 * service's port, and nothing else unless a {@code PeerAuthentication} says so.
 */
public final class InboundListener {
  /** Its name. */
  public static final String NAME = "inbound";

  private InboundListener() {}

  /**
   * What the listener depends on.
   *
   * @param traces {@code null}: context passes as it is
   * @param reasonHeader of a 403 of the sidecar's own, says why; empty: there is none
   */
  public record Slice(
      Address address, List<Chain> chains, @Nullable Traces traces, String reasonHeader) {
    public Slice {
      chains = List.copyOf(chains);
    }

    /** What is answered for. */
    public Set<String> serves() {
      return chains.stream()
          .flatMap(chain ->
              chain.plaintext()
                  ? Stream.of(chain.serverName(), ServerNames.plaintext(chain.serverName()))
                  : Stream.of(chain.serverName()))
          .collect(Collectors.toUnmodifiableSet());
    }
  }

  /**
   * One fronted service's port.
   *
   * @param serverName of the service's port; names with one label in front are its instances'
   * @param destination the application; without requests bytes are passed on as they are
   * @param callers the trust domains that may connect
   * @param policies what else is asked of those who do
   * @param trustedHops proxies in front whose word on a request's client counts; empty: that of
   *     whoever connects does
   * @param plaintext whether callers without TLS come here; at most one chain's do, since nothing
   *     tells where else they might want to go
   */
  public record Chain(
      String serverName,
      String upstream,
      Destination destination,
      List<TrustDomain> callers,
      ChainPolicies policies,
      OptionalInt trustedHops,
      boolean plaintext) {
    public Chain {
      callers = List.copyOf(callers);
    }
  }

  public static Listener compile(Slice slice) {
    Listener.Builder listener =
        Listener.newBuilder()
            .setName(NAME)
            .setTrafficDirection(TrafficDirection.INBOUND)
            .setAddress(Wire.address(slice.address()))
            .addListenerFilters(Filters.tlsInspector());
    for (Chain chain : slice.chains()) {
      listener.addFilterChains(
          application(
              FilterChain.newBuilder()
                  .setName(chain.serverName())
                  .setFilterChainMatch(
                      FilterChainMatch.newBuilder()
                          .setTransportProtocol("tls")
                          .addServerNames(chain.serverName())
                          .addServerNames("*." + chain.serverName()))
                  .setTransportSocket(Filters.mutualTls())
                  .addFilters(
                      Filters.network(
                          "envoy.filters.network.rbac",
                          RBAC.newBuilder()
                              .setStatPrefix(NAME)
                              .setRules(RbacCodec.encode(CallerRules.of(chain.callers())))
                              .build())),
              chain,
              slice));
      if (chain.plaintext()) {
        // Nobody is known here: what may be called is for the policies alone.
        listener.addFilterChains(
            application(
                FilterChain.newBuilder()
                    .setName(ServerNames.plaintext(chain.serverName()))
                    .setFilterChainMatch(
                        FilterChainMatch.newBuilder().setTransportProtocol("raw_buffer")),
                chain,
                slice));
      }
    }
    return listener.build();
  }

  private static FilterChain application(FilterChain.Builder built, Chain chain, Slice slice) {
    return chain.destination().http()
        ? built.addFilters(Filters.http(manager(chain, slice))).build()
        : built
            .addAllFilters(AuthorizationFilters.network(chain.policies(), chain.destination()))
            .addFilters(Filters.tcp(chain.upstream(), chain.upstream()))
            .build();
  }

  private static HttpConnectionManager manager(Chain chain, Slice slice) {
    Route route =
        Route.newBuilder()
            .setMatch(RouteMatch.newBuilder().setPrefix("/"))
            // Timeouts are the caller's: Envoy's default of 15 s would cut long answers here.
            .setRoute(
                RouteAction.newBuilder()
                    .setCluster(chain.upstream())
                    .setTimeout(Duration.getDefaultInstance()))
            .addResponseHeadersToRemove(LocalReplies.UNREACHED)
            .build();
    HttpConnectionManager.Builder manager = Filters.manager(NAME, slice.traces());
    chain.trustedHops().ifPresent(hops -> trust(hops, manager));
    // In front of the router.
    List<HttpFilter> filters =
        new ArrayList<>(AuthorizationFilters.http(chain.policies(), chain.destination()));
    filters.addAll(manager.getHttpFiltersList());
    return manager
        .clearHttpFilters()
        .addAllHttpFilters(filters)
        .setRouteConfig(
            RouteConfiguration.newBuilder()
                .setName(chain.upstream())
                .addVirtualHosts(
                    VirtualHost.newBuilder()
                        .setName(chain.upstream())
                        .addDomains("*")
                        .putAllTypedPerFilterConfig(
                            AuthorizationFilters.route(chain.policies(), chain.destination()))
                        .addRoutes(route)))
        .setLocalReplyConfig(LocalReplies.of(slice.reasonHeader()))
        .build();
  }

  /**
   * The application sees the same {@code x-forwarded-for} and request id in any case: a sidecar is
   * no proxy that it should count.
   */
  private static void trust(int hops, HttpConnectionManager.Builder manager) {
    if (hops == 0) {
      manager
          .setUseRemoteAddress(BoolValue.of(true))
          .setSkipXffAppend(true)
          .setPreserveExternalRequestId(true);
    } else {
      // The last entry is that of the proxy that connects, by its own hand.
      manager.setXffNumTrustedHops(hops - 1);
    }
  }
}
