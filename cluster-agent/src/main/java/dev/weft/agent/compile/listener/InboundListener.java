package dev.weft.agent.compile.listener;

import com.google.protobuf.Duration;
import dev.weft.agent.compile.wire.Wire;
import dev.weft.agent.model.Address;
import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.Rule;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.RbacCodec;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ResponseFlagFilter;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
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
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where others reach the application: mutual TLS by server name and nothing else, one chain for
 * each fronted service's port.
 */
public final class InboundListener {
  /** Its name. */
  public static final String NAME = "inbound";

  private static final String UNREACHED = "x-weft-unreached";

  private InboundListener() {}

  /**
   * What the listener depends on.
   *
   * @param traces {@code null}: context passes as it is
   */
  public record Slice(Address address, List<Chain> chains, @Nullable Traces traces) {
    public Slice {
      chains = List.copyOf(chains);
    }

    /** What is answered for. */
    public Set<String> serves() {
      return chains.stream().map(Chain::serverName).collect(Collectors.toUnmodifiableSet());
    }
  }

  /**
   * One fronted service's port.
   *
   * @param serverName of the service's port; names with one label in front are its instances'
   * @param http {@code false}: bytes are passed on as they are
   * @param callers the trust domains that may connect
   */
  public record Chain(String serverName, String upstream, boolean http, List<TrustDomain> callers) {
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
                          .setRules(RbacCodec.encode(callers(chain.callers())))
                          .build()))
              .addFilters(
                  chain.http()
                      ? Filters.http(manager(chain, slice.traces()))
                      : Filters.tcp(chain.upstream(), chain.upstream())));
    }
    return listener.build();
  }

  /**
   * A rule for each trust domain, named as it is, so that a decision says which one let the caller
   * in.
   */
  private static RbacPolicy callers(List<TrustDomain> domains) {
    return new RbacPolicy(
        RbacPolicy.Action.ALLOW,
        domains.stream()
            .map(domain ->
                new Rule(
                    domain.name(),
                    List.of(new Permission.Any()),
                    List.of(
                        new Principal.Authenticated(
                            StringMatcher.prefix("spiffe://" + domain.name() + "/")))))
            .toList());
  }

  private static HttpConnectionManager manager(Chain chain, @Nullable Traces traces) {
    Route route =
        Route.newBuilder()
            .setMatch(RouteMatch.newBuilder().setPrefix("/"))
            // Timeouts are the caller's: Envoy's default of 15 s would cut long answers here.
            .setRoute(
                RouteAction.newBuilder()
                    .setCluster(chain.upstream())
                    .setTimeout(Duration.getDefaultInstance()))
            .addResponseHeadersToRemove(UNREACHED)
            .build();
    return Filters.manager(NAME, traces)
        .setRouteConfig(
            RouteConfiguration.newBuilder()
                .setName(chain.upstream())
                .addVirtualHosts(
                    VirtualHost.newBuilder()
                        .setName(chain.upstream())
                        .addDomains("*")
                        .addRoutes(route)))
        .setLocalReplyConfig(unreached())
        .build();
  }

  /**
   * Marks the answers that never reached the application, so that the caller's sidecar may send any
   * request elsewhere.
   */
  private static LocalReplyConfig unreached() {
    return LocalReplyConfig.newBuilder()
        .addMappers(
            ResponseMapper.newBuilder()
                .setFilter(
                    AccessLogFilter.newBuilder()
                        .setResponseFlagFilter(
                            ResponseFlagFilter.newBuilder()
                                .addFlags("UF")
                                .addFlags("UH")
                                .addFlags("UO")))
                .addHeadersToAdd(
                    HeaderValueOption.newBuilder()
                        .setHeader(HeaderValue.newBuilder().setKey(UNREACHED).setValue("1"))
                        .setAppendAction(
                            HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)))
        .build();
  }
}
