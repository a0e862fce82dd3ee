package dev.weft.proxy.xds.parse;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import dev.weft.proxy.config.HostPort;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ResponseFlagFilter;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.v3.Percent;
import java.util.List;
import java.util.Map;

/**
 * The shapes of {@code docs/contract.md}, as an agent sends them: for tests of whoever takes or
 * serves xDS.
 */
public final class SampleResources {
  public static final String TRUST_BUNDLES = "trust-bundles";

  private static final ConfigSource ADS =
      ConfigSource.newBuilder().setAds(AggregatedConfigSource.getDefaultInstance()).build();

  private SampleResources() {}

  /** {@code outbound}: HTTP by RDS, on a plaintext port. */
  public static Listener outbound(HostPort address, String routes) {
    return Listener.newBuilder()
        .setName("outbound")
        .setAddress(address(address))
        .addFilterChains(
            FilterChain.newBuilder()
                .addFilters(
                    filter(
                        connectionManager("outbound")
                            .setRds(
                                Rds.newBuilder().setConfigSource(ADS).setRouteConfigName(routes))
                            .build())))
        .build();
  }

  /** {@code inbound}: one fronted workload behind mutual TLS. */
  public static Listener inbound(
      HostPort address, String serverName, String upstream, String... trustDomains) {
    return Listener.newBuilder()
        .setName("inbound")
        .setAddress(address(address))
        .addListenerFilters(inspector())
        .addFilterChains(
            FilterChain.newBuilder()
                .setFilterChainMatch(
                    FilterChainMatch.newBuilder()
                        .setTransportProtocol("tls")
                        .addServerNames(serverName)
                        .addServerNames("*." + serverName))
                .setTransportSocket(downstreamTls())
                .addFilters(filter(rbac(trustDomains)))
                .addFilters(filter(inboundManager(upstream))))
        .build();
  }

  private static HttpConnectionManager inboundManager(String upstream) {
    Route route =
        Route.newBuilder()
            .setMatch(RouteMatch.newBuilder().setPrefix("/"))
            .setRoute(
                RouteAction.newBuilder()
                    .setCluster(upstream)
                    .setTimeout(Duration.getDefaultInstance()))
            .addResponseHeadersToRemove("x-weft-unreached")
            .build();
    return connectionManager("inbound")
        .setRouteConfig(
            RouteConfiguration.newBuilder()
                .setName("inbound")
                .addVirtualHosts(
                    VirtualHost.newBuilder().setName("all").addDomains("*").addRoutes(route)))
        .setLocalReplyConfig(
            LocalReplyConfig.newBuilder()
                .addMappers(
                    ResponseMapper.newBuilder()
                        .setFilter(
                            AccessLogFilter.newBuilder()
                                .setResponseFlagFilter(
                                    ResponseFlagFilter.newBuilder()
                                        .addAllFlags(List.of("UF", "UH", "UO"))))
                        .addHeadersToAdd(
                            HeaderValueOption.newBuilder()
                                .setHeader(
                                    HeaderValue.newBuilder()
                                        .setKey("x-weft-unreached")
                                        .setValue("1")))))
        .build();
  }

  /** The routes of one service: what may be repeated, and the rest. */
  public static RouteConfiguration routes(String name, String upstream, String... domains) {
    Route repeatable =
        route(upstream, "connect-failure,refused-stream,reset,gateway-error,retriable-headers")
            .toBuilder()
            .setMatch(
                RouteMatch.newBuilder()
                    .setPrefix("/")
                    .addHeaders(
                        HeaderMatcher.newBuilder()
                            .setName(":method")
                            .setStringMatch(
                                StringMatcher.newBuilder()
                                    .setSafeRegex(
                                        RegexMatcher.newBuilder()
                                            .setRegex("GET|HEAD|OPTIONS|TRACE|PUT|DELETE")))))
            .build();
    return RouteConfiguration.newBuilder()
        .setName(name)
        .setIgnorePortInHostMatching(true)
        .addVirtualHosts(
            VirtualHost.newBuilder()
                .setName(upstream)
                .addAllDomains(List.of(domains))
                .addRoutes(repeatable)
                .addRoutes(
                    route(
                        upstream,
                        "connect-failure,refused-stream,reset-before-request,retriable-headers")))
        .build();
  }

  private static Route route(String upstream, String retryOn) {
    return Route.newBuilder()
        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
        .setRoute(
            RouteAction.newBuilder()
                .setCluster(upstream)
                .setTimeout(seconds(15))
                .setRetryPolicy(retryPolicy(retryOn)))
        .addResponseHeadersToRemove("x-weft-unreached")
        .build();
  }

  private static RetryPolicy retryPolicy(String retryOn) {
    return RetryPolicy.newBuilder()
        .setRetryOn(retryOn)
        .setNumRetries(number(3))
        .setPerTryTimeout(seconds(5))
        .addRetriableHeaders(
            HeaderMatcher.newBuilder().setName("x-weft-unreached").setPresentMatch(true))
        .addRetryHostPredicate(
            RetryPolicy.RetryHostPredicate.newBuilder()
                .setName("envoy.retry_host_predicates.previous_hosts")
                .setTypedConfig(Any.pack(PreviousHostsPredicate.getDefaultInstance())))
        .setRetryPriority(
            RetryPolicy.RetryPriority.newBuilder()
                .setName("envoy.retry_priorities.previous_priorities")
                .setTypedConfig(
                    Any.pack(PreviousPrioritiesConfig.newBuilder().setUpdateFrequency(2).build())))
        .setHostSelectionRetryMaxAttempts(5)
        .setRetryBackOff(
            RetryPolicy.RetryBackOff.newBuilder()
                .setBaseInterval(millis(5))
                .setMaxInterval(millis(50)))
        .build();
  }

  /** The upstream of a service that is in {@code cluster} of the mesh. */
  public static Cluster upstream(String name, String cluster, String sni, String identity) {
    return Cluster.newBuilder()
        .setName(name)
        .setType(Cluster.DiscoveryType.EDS)
        .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ADS))
        .setConnectTimeout(millis(500))
        .setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST)
        .setLeastRequestLbConfig(
            Cluster.LeastRequestLbConfig.newBuilder().setChoiceCount(number(2)))
        .setCommonLbConfig(
            Cluster.CommonLbConfig.newBuilder()
                .setHealthyPanicThreshold(Percent.newBuilder().setValue(0)))
        .setCircuitBreakers(
            CircuitBreakers.newBuilder()
                .addThresholds(
                    CircuitBreakers.Thresholds.newBuilder()
                        .setMaxConnections(number(1024))
                        .setMaxPendingRequests(number(1024))
                        .setMaxRequests(number(1024))
                        .setRetryBudget(
                            CircuitBreakers.Thresholds.RetryBudget.newBuilder()
                                .setBudgetPercent(Percent.newBuilder().setValue(20))
                                .setMinRetryConcurrency(number(10)))))
        .setOutlierDetection(outlierDetection())
        .putTypedExtensionProtocolOptions(
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            Any.pack(
                HttpProtocolOptions.newBuilder()
                    .setExplicitHttpConfig(
                        HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                            .setHttp2ProtocolOptions(
                                Http2ProtocolOptions.newBuilder()
                                    .setConnectionKeepalive(
                                        KeepaliveSettings.newBuilder()
                                            .setInterval(seconds(1))
                                            .setTimeout(seconds(1)))))
                    .build()))
        .addTransportSocketMatches(
            Cluster.TransportSocketMatch.newBuilder()
                .setName(cluster)
                .setMatch(struct(Map.of("cluster", cluster)))
                .setTransportSocket(upstreamTls(sni, identity)))
        .build();
  }

  private static OutlierDetection outlierDetection() {
    return OutlierDetection.newBuilder()
        .setEnforcingConsecutive5Xx(number(0))
        .setConsecutiveGatewayFailure(number(5))
        .setEnforcingConsecutiveGatewayFailure(number(100))
        .setSplitExternalLocalOriginErrors(true)
        .setConsecutiveLocalOriginFailure(number(3))
        .setEnforcingConsecutiveLocalOriginFailure(number(100))
        .setEnforcingSuccessRate(number(0))
        .setEnforcingLocalOriginSuccessRate(number(0))
        .setEnforcingFailurePercentage(number(0))
        .setEnforcingFailurePercentageLocalOrigin(number(0))
        .setInterval(seconds(1))
        .setBaseEjectionTime(seconds(5))
        .setMaxEjectionTime(seconds(30))
        .setMaxEjectionPercent(number(100))
        .build();
  }

  /** The upstream of an application beside the sidecar. */
  public static Cluster application(String name, HostPort address) {
    return Cluster.newBuilder()
        .setName(name)
        .setType(Cluster.DiscoveryType.STATIC)
        .setConnectTimeout(millis(500))
        .setLoadAssignment(
            ClusterLoadAssignment.newBuilder()
                .setClusterName(name)
                .addEndpoints(
                    LocalityLbEndpoints.newBuilder()
                        .addLbEndpoints(
                            LbEndpoint.newBuilder()
                                .setEndpoint(Endpoint.newBuilder().setAddress(address(address))))))
        .build();
  }

  /** One endpoint in a cluster of the mesh. */
  public static ClusterLoadAssignment endpoints(
      String name, String cluster, String sni, String instance, HostPort... addresses) {
    LocalityLbEndpoints.Builder locality =
        LocalityLbEndpoints.newBuilder()
            .setLocality(Locality.newBuilder().setRegion("eu").setZone("a").setSubZone(cluster));
    for (HostPort address : addresses) {
      locality.addLbEndpoints(
          LbEndpoint.newBuilder()
              .setEndpoint(Endpoint.newBuilder().setAddress(address(address)))
              .setMetadata(
                  Metadata.newBuilder()
                      .putFilterMetadata(
                          "envoy.transport_socket_match", struct(Map.of("cluster", cluster)))
                      .putFilterMetadata(
                          "weft",
                          struct(Map.of("sni", sni, "instance", instance, "cluster", cluster)))));
    }
    return ClusterLoadAssignment.newBuilder()
        .setClusterName(name)
        .addEndpoints(locality)
        .setPolicy(ClusterLoadAssignment.Policy.newBuilder().setOverprovisioningFactor(number(140)))
        .build();
  }

  /** {@code trust-bundles}: PEM roots by trust domain. */
  public static Secret trustBundles(Map<String, String> pemByTrustDomain) {
    SPIFFECertValidatorConfig.Builder spiffe = SPIFFECertValidatorConfig.newBuilder();
    pemByTrustDomain.forEach((domain, pem) ->
        spiffe.addTrustDomains(
            SPIFFECertValidatorConfig.TrustDomain.newBuilder()
                .setName(domain)
                .setTrustBundle(
                    DataSource.newBuilder().setInlineBytes(ByteString.copyFromUtf8(pem)))));
    return Secret.newBuilder()
        .setName(TRUST_BUNDLES)
        .setValidationContext(
            CertificateValidationContext.newBuilder()
                .setCustomValidatorConfig(
                    TypedExtensionConfig.newBuilder()
                        .setName("envoy.tls.cert_validator.spiffe")
                        .setTypedConfig(Any.pack(spiffe.build()))))
        .build();
  }

  /** A TLS inspector. */
  public static ListenerFilter inspector() {
    return ListenerFilter.newBuilder()
        .setName("envoy.filters.listener.tls_inspector")
        .setTypedConfig(Any.pack(TlsInspector.getDefaultInstance()))
        .build();
  }

  /** A network filter around its configuration. */
  public static Filter filter(Message config) {
    return Filter.newBuilder()
        .setName(config.getDescriptorForType().getName())
        .setTypedConfig(Any.pack(config))
        .build();
  }

  /** A connection manager that only lacks its routes. */
  public static HttpConnectionManager.Builder connectionManager(String statPrefix) {
    return HttpConnectionManager.newBuilder()
        .setStatPrefix(statPrefix)
        .addHttpFilters(
            HttpFilter.newBuilder()
                .setName("envoy.filters.http.router")
                .setTypedConfig(Any.pack(Router.getDefaultInstance())))
        .setNormalizePath(BoolValue.of(true))
        .setMergeSlashes(true);
  }

  private static io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC rbac(
      String... trustDomains) {
    Policy.Builder policy =
        Policy.newBuilder().addPermissions(Permission.newBuilder().setAny(true));
    for (String domain : trustDomains) {
      policy.addPrincipals(
          Principal.newBuilder()
              .setAuthenticated(
                  Principal.Authenticated.newBuilder()
                      .setPrincipalName(
                          StringMatcher.newBuilder().setPrefix("spiffe://" + domain + "/"))));
    }
    return io.envoyproxy
        .envoy
        .extensions
        .filters
        .network
        .rbac
        .v3
        .RBAC
        .newBuilder()
        .setStatPrefix("inbound")
        .setRules(RBAC.newBuilder().putPolicies("peers", policy.build()))
        .build();
  }

  /** Mutual TLS 1.3 by SVID, for a listener. */
  public static TransportSocket downstreamTls() {
    return socket(
        DownstreamTlsContext.newBuilder()
            .setRequireClientCertificate(BoolValue.of(true))
            .setCommonTlsContext(
                common(CertificateValidationContext.getDefaultInstance())
                    .addAlpnProtocols("h2")
                    .addAlpnProtocols("http/1.1"))
            .build());
  }

  /** Mutual TLS 1.3 by SVID, towards one identity. */
  public static TransportSocket upstreamTls(String sni, String identity) {
    CertificateValidationContext expected =
        CertificateValidationContext.newBuilder()
            .addMatchTypedSubjectAltNames(
                SubjectAltNameMatcher.newBuilder()
                    .setSanType(SubjectAltNameMatcher.SanType.URI)
                    .setMatcher(StringMatcher.newBuilder().setExact(identity)))
            .build();
    return socket(
        UpstreamTlsContext.newBuilder()
            .setSni(sni)
            .setCommonTlsContext(common(expected).addAlpnProtocols("h2"))
            .build());
  }

  private static CommonTlsContext.Builder common(CertificateValidationContext names) {
    return CommonTlsContext.newBuilder()
        .setTlsParams(
            TlsParameters.newBuilder()
                .setTlsMinimumProtocolVersion(TlsProtocol.TLSv1_3)
                .setTlsMaximumProtocolVersion(TlsProtocol.TLSv1_3))
        .addTlsCertificateSdsSecretConfigs(secret("svid"))
        .setCombinedValidationContext(
            CombinedCertificateValidationContext.newBuilder()
                .setDefaultValidationContext(names)
                .setValidationContextSdsSecretConfig(secret(TRUST_BUNDLES)));
  }

  private static SdsSecretConfig secret(String name) {
    return SdsSecretConfig.newBuilder().setName(name).setSdsConfig(ADS).build();
  }

  private static TransportSocket socket(Message context) {
    return TransportSocket.newBuilder()
        .setName("envoy.transport_sockets.tls")
        .setTypedConfig(Any.pack(context))
        .build();
  }

  /** A socket address. */
  public static Address address(HostPort address) {
    return Address.newBuilder()
        .setSocketAddress(
            SocketAddress.newBuilder().setAddress(address.host()).setPortValue(address.port()))
        .build();
  }

  private static Struct struct(Map<String, String> strings) {
    Struct.Builder struct = Struct.newBuilder();
    strings.forEach(
        (key, value) -> struct.putFields(key, Value.newBuilder().setStringValue(value).build()));
    return struct.build();
  }

  private static UInt32Value number(int value) {
    return UInt32Value.of(value);
  }

  private static Duration seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }

  private static Duration millis(int millis) {
    return Duration.newBuilder().setNanos(millis * 1_000_000).build();
  }
}
