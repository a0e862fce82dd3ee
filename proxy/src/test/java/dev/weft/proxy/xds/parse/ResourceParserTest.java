package dev.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.StringValue;
import com.google.protobuf.UInt32Value;
import dev.weft.policy.xds.Problem;
import dev.weft.proxy.config.DownstreamTls;
import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.HeaderChanges;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.ListenerInspection;
import dev.weft.proxy.config.NetworkRbac;
import dev.weft.proxy.config.RetryPolicy;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.tls.TestPki;
import dev.weft.v1.SniInstance;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The contract's shapes become the records they stand for; what is wrong is named by its path. */
final class ResourceParserTest {
  private static final HostPort ADDRESS = new HostPort("127.0.0.1", 15006);
  private static final String PAYMENTS = "spiffe://west.demo/ns/default/sa/payments";

  private static <T> T accepted(Parsed<T> parsed) {
    return switch (parsed) {
      case Parsed.Accepted<T>(T value) -> value;
      case Parsed.Rejected<T>(List<Problem> problems) -> throw new AssertionError(problems);
    };
  }

  private static List<String> problems(Parsed<?> parsed) {
    return switch (parsed) {
      case Parsed.Accepted<?> accepted -> List.of();
      case Parsed.Rejected<?>(List<Problem> problems) ->
          problems.stream().map(Problem::toString).toList();
    };
  }

  @Test
  void readsTheInboundListener() {
    ListenerConfig listener =
        accepted(
            ResourceParser.listener(
                SampleResources.inbound(
                    ADDRESS,
                    "9001.payments.default.west.demo",
                    "inbound|9001",
                    "west.demo",
                    "east.demo")));
    assertThat(listener.inspection())
        .isEqualTo(ListenerInspection.of(true, Duration.ofSeconds(15)));
    FilterChain chain = listener.chains().getFirst();
    assertThat(chain.match().serverNames())
        .containsExactly("9001.payments.default.west.demo", "*.9001.payments.default.west.demo");
    DownstreamTls tls = Objects.requireNonNull(chain.tls());
    assertThat(tls.requireClientCertificate()).isTrue();
    assertThat(tls.params().minVersion()).isEqualTo("TLSv1.3");
    assertThat(tls.params().validationSecret()).isEqualTo("trust-bundles");
    NetworkRbac rbac = (NetworkRbac) chain.filters().getFirst();
    assertThat(Objects.requireNonNull(rbac.rules().enforced()).rules()).hasSize(1);
    HttpConnectionManager http = (HttpConnectionManager) chain.terminal();
    assertThat(http.streamIdleTimeout()).isEqualTo(Duration.ofMinutes(5));
    assertThat(http.localReplies().getFirst().responseFlags())
        .containsExactlyInAnyOrder("UF", "UH", "UO");
    RouteTable routes = ((HttpConnectionManager.Routes.Inline) http.routes()).table();
    assertThat(routes.virtualHosts().getFirst().routes().getFirst().responseHeaders())
        .containsExactly(new HeaderChanges(List.of("x-weft-unreached"), List.of()));
  }

  @Test
  void readsRoutesAndTheirRetries() {
    RouteTable table =
        accepted(
            ResourceParser.routes(
                SampleResources.routes("outbound", "payments.default", "Payments.mesh")));
    assertThat(table.ignorePort()).isTrue();
    assertThat(table.virtualHosts().getFirst().domains()).containsExactly("payments.mesh");
    Route first = table.virtualHosts().getFirst().routes().getFirst();
    assertThat(first.match().headers()).hasSize(1);
    RetryPolicy retry = Objects.requireNonNull(((Route.Action.Forward) first.action()).retry());
    assertThat(retry.retries()).isEqualTo(3);
    assertThat(retry.retryOn()).contains(RetryPolicy.RetryOn.GATEWAY_ERROR).hasSize(5);
    assertThat(retry.previousPriorities()).isEqualTo(2);
    assertThat(retry.previousHosts()).isTrue();
    assertThat(retry.backOffMax()).isEqualTo(Duration.ofMillis(50));
  }

  @Test
  void readsUpstreamsAndEndpoints() {
    UpstreamConfig upstream =
        accepted(
            ResourceParser.upstream(
                SampleResources.upstream(
                    "payments.default", "west", "9001.payments.default.west.demo", PAYMENTS)));
    assertThat(upstream.endpointsName()).isEqualTo("payments.default");
    assertThat(upstream.balancing()).isEqualTo(UpstreamConfig.Balancing.LEAST_REQUEST);
    assertThat(upstream.protocol()).isEqualTo(UpstreamConfig.HttpProtocol.HTTP2);
    assertThat(upstream.http2().keepaliveInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(upstream.transport().matches().getFirst().criteria())
        .isEqualTo(Map.of("cluster", "west"));
    EndpointSet endpoints =
        accepted(
            ResourceParser.endpoints(
                SampleResources.endpoints(
                    "payments.default", "west", "x.y", "payments-1", ADDRESS, ADDRESS)));
    assertThat(endpoints.localities().getFirst().endpoints()).hasSize(1);
    assertThat(endpoints.localities().getFirst().endpoints().getFirst().sni()).isEqualTo("x.y");
  }

  @Test
  void readsTrustBundles() {
    TestPki east = TestPki.of("east.demo");
    TestPki west = TestPki.of("west.demo");
    var trust =
        accepted(
            ResourceParser.validation(
                SampleResources.trustBundles(
                    Map.of("east.demo", east.bundlePem(), "west.demo", west.bundlePem()))));
    assertThat(trust.bundles()).containsOnlyKeys("east.demo", "west.demo");
    assertThat(trust.bundles().get("east.demo")).hasSize(1);
  }

  @Test
  void takesTheFirstSupportedBalancingPolicy() {
    Cluster cluster =
        SampleResources.application("a", ADDRESS).toBuilder()
            .setLoadBalancingPolicy(
                LoadBalancingPolicy.newBuilder()
                    .addPolicies(
                        policy(
                            Any.newBuilder().setTypeUrl("type.googleapis.com/x.Unknown").build()))
                    .addPolicies(policy(Any.pack(SniInstance.getDefaultInstance())))
                    .addPolicies(policy(Any.pack(RoundRobin.getDefaultInstance()))))
            .build();
    assertThat(accepted(ResourceParser.upstream(cluster)).balancing())
        .isEqualTo(UpstreamConfig.Balancing.SNI_INSTANCE);
  }

  private static LoadBalancingPolicy.Policy policy(Any typed) {
    return LoadBalancingPolicy.Policy.newBuilder()
        .setTypedExtensionConfig(
            TypedExtensionConfig.newBuilder().setName("p").setTypedConfig(typed))
        .build();
  }

  @Test
  void namesEveryProblemAtOnce() {
    Cluster cluster =
        Cluster.newBuilder()
            .setName("a")
            .setType(Cluster.DiscoveryType.STRICT_DNS)
            .setAltStatName("x")
            .setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)
            .setOutlierDetection(OutlierDetection.getDefaultInstance())
            .putTypedExtensionProtocolOptions("other", Any.pack(StringValue.of("x")))
            .build();
    assertThat(problems(ResourceParser.upstream(cluster)))
        .contains(
            "alt_stat_name: is not supported",
            "type: is not supported: 1",
            "lb_policy: is not supported: 6",
            "load_assignment: is required",
            "outlier_detection.enforcing_success_rate: is not supported: set it to 0",
            "typed_extension_protocol_options[\"other\"]: unsupported type"
                + " \"type.googleapis.com/google.protobuf.StringValue\"");
  }

  @Test
  void namesProblemsInsideTypedConfigurations() {
    Listener listener =
        SampleResources.outbound(ADDRESS, "outbound").toBuilder()
            .clearFilterChains()
            .addFilterChains(
                io.envoyproxy.envoy.config.listener.v3.FilterChain.newBuilder()
                    .addFilters(
                        SampleResources.filter(
                            SampleResources.connectionManager("x")
                                .setServerName("weft")
                                .setMaxRequestHeadersKb(UInt32Value.of(9000))
                                .build())))
            .build();
    assertThat(problems(ResourceParser.listener(listener)))
        .containsExactlyInAnyOrder(
            "filter_chains[0].filters[0].typed_config.server_name: is not supported",
            "filter_chains[0].filters[0].typed_config.max_request_headers_kb: is 9000, expected 1 to 8192",
            "filter_chains[0].filters[0].typed_config: rds or route_config is required");
  }

  @Test
  void refusesTwoChainsWithOneMatch() {
    Listener one = SampleResources.outbound(ADDRESS, "outbound");
    Listener two = one.toBuilder().addFilterChains(one.getFilterChains(0)).build();
    assertThat(problems(ResourceParser.listener(two)))
        .containsExactly(
            "filter_chains[1].filter_chain_match: is the same as that of filter_chains[0]");
  }

  @Test
  void refusesDomainsOfTwoHostsAndUnknownRetryConditions() {
    RouteConfiguration routes =
        SampleResources.routes("outbound", "payments.default", "payments.mesh");
    RouteConfiguration.Builder twice =
        routes.toBuilder().addVirtualHosts(routes.getVirtualHosts(0));
    twice
        .getVirtualHostsBuilder(1)
        .setName("b")
        .getRoutesBuilder(0)
        .getRouteBuilder()
        .getRetryPolicyBuilder()
        .setRetryOn("reset,sometimes");
    assertThat(problems(ResourceParser.routes(twice.build())))
        .containsExactlyInAnyOrder(
            "virtual_hosts[1].domains[0]: \"payments.mesh\" is a domain of \"payments.default\" already",
            "virtual_hosts[1].routes[0].route.retry_policy.retry_on: is not supported: \"sometimes\"");
  }

  @Test
  void refusesGapsInPrioritiesAndForeignMetadata() {
    ClusterLoadAssignment.Builder endpoints =
        SampleResources.endpoints("a", "west", "x", "i", ADDRESS).toBuilder();
    endpoints.getEndpointsBuilder(0).setPriority(2);
    endpoints
        .getEndpointsBuilder(0)
        .getLbEndpointsBuilder(0)
        .getMetadataBuilder()
        .putFilterMetadata("envoy.other", com.google.protobuf.Struct.getDefaultInstance());
    assertThat(problems(ResourceParser.endpoints(endpoints.build())))
        .containsExactlyInAnyOrder(
            "endpoints: priority 0 is left out",
            "endpoints[0].lb_endpoints[0].metadata.filter_metadata[\"envoy.other\"]: is not supported");
  }

  @Test
  void refusesSecretsThatAreNotTrustBundles() {
    assertThat(problems(ResourceParser.validation(Secret.newBuilder().setName("s").build())))
        .containsExactly("validation_context: is required");
    assertThat(
            problems(
                ResourceParser.validation(
                    SampleResources.trustBundles(Map.of("east.demo", "nothing")))))
        .singleElement()
        .asString()
        .endsWith("trust_bundle.inline_bytes: holds no PEM certificate");
  }

  @Test
  void namesABrokenTypedConfiguration() {
    Listener.Builder listener = SampleResources.outbound(ADDRESS, "outbound").toBuilder();
    listener
        .getFilterChainsBuilder(0)
        .getFiltersBuilder(0)
        .getTypedConfigBuilder()
        .setValue(ByteString.copyFrom(new byte[] {(byte) 0xff, 1}));
    assertThat(problems(ResourceParser.listener(listener.build())))
        .anyMatch(
            problem -> problem.startsWith("filter_chains[0].filters[0].typed_config: is not a "));
  }
}
