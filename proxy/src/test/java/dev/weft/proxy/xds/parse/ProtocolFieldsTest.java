package dev.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.ProxyVersion;
import dev.weft.proxy.config.TcpProxy.Weighted;
import dev.weft.proxy.config.UpgradeConfig;
import dev.weft.proxy.config.UpstreamConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.CodecType;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The fields about protocols: what they become, and what is refused with its path. */
final class ProtocolFieldsTest {
  private static final HostPort ADDRESS = new HostPort("127.0.0.1", 0);
  private static final String FILTERS = "filter_chains[0].filters[0].typed_config.";

  private static List<String> problems(Parsed<?> parsed) {
    return switch (parsed) {
      case Parsed.Accepted<?> accepted -> List.of();
      case Parsed.Rejected<?>(var found) -> found.stream().map(Object::toString).toList();
    };
  }

  private static ListenerConfig accepted(Listener listener) {
    return switch (ResourceParser.listener(listener)) {
      case Parsed.Accepted<ListenerConfig>(ListenerConfig config) -> config;
      case Parsed.Rejected<ListenerConfig>(var found) -> throw new AssertionError(found);
    };
  }

  private static Listener.Builder ending(Message filter) {
    return SampleResources.outbound(ADDRESS, "routes").toBuilder()
        .clearFilterChains()
        .addFilterChains(FilterChain.newBuilder().addFilters(SampleResources.filter(filter)));
  }

  private static HttpConnectionManager.Builder manager() {
    return ((HttpConnectionManager)
            TypedConfigs.unpack(
                SampleResources.outbound(ADDRESS, "routes")
                    .getFilterChains(0)
                    .getFilters(0)
                    .getTypedConfig()))
        .toBuilder();
  }

  private static HttpConnectionManager.UpgradeConfig upgrade(String type) {
    return HttpConnectionManager.UpgradeConfig.newBuilder().setUpgradeType(type).build();
  }

  private static ListenerFilter filter(Message typed) {
    return ListenerFilter.newBuilder().setName("f").setTypedConfig(Any.pack(typed)).build();
  }

  @Test
  void takesWhatAConnectionManagerLetsThrough() {
    HttpConnectionManager proto =
        manager()
            .setHttpProtocolOptions(
                Http1ProtocolOptions.newBuilder()
                    .setAcceptHttp10(true)
                    .setDefaultHostForHttp10("old.mesh")
                    .setEnableTrailers(true))
            .setProxy100Continue(true)
            .setHttp2ProtocolOptions(Http2ProtocolOptions.newBuilder().setAllowConnect(true))
            .addUpgradeConfigs(upgrade("websocket"))
            .addUpgradeConfigs(upgrade("other").toBuilder().setEnabled(BoolValue.of(false)))
            .build();
    var http =
        (dev.weft.proxy.config.HttpConnectionManager)
            accepted(ending(proto).build()).chains().getFirst().terminal();
    assertThat(http.protocols().http1().acceptHttp10()).isTrue();
    assertThat(http.protocols().http1().defaultHost()).isEqualTo("old.mesh");
    assertThat(http.protocols().http1().trailers()).isTrue();
    assertThat(http.protocols().http1().customMethods()).isFalse();
    assertThat(http.protocols().proxyContinue()).isTrue();
    assertThat(http.protocols().allowConnect()).isTrue();
    assertThat(http.protocols().upgrades())
        .containsExactly(
            new UpgradeConfig("websocket", true, false), new UpgradeConfig("other", false, false));
  }

  @Test
  void refusesWhatAConnectionManagerCannotLetThrough() {
    HttpConnectionManager proto =
        manager()
            .setCodecType(CodecType.HTTP3)
            .setHttpProtocolOptions(
                Http1ProtocolOptions.newBuilder().setDefaultHostForHttp10("a b"))
            .addUpgradeConfigs(upgrade("websocket"))
            .addUpgradeConfigs(upgrade("WebSocket"))
            .addUpgradeConfigs(upgrade("h2c"))
            .addUpgradeConfigs(upgrade(""))
            .build();
    assertThat(problems(ResourceParser.listener(ending(proto).build())))
        .anyMatch(p -> p.contains(FILTERS + "codec_type: is not supported"))
        .anyMatch(p -> p.contains("default_host_for_http_10: is not a host"))
        .anyMatch(p -> p.contains("default_host_for_http_10: needs accept_http_10"))
        .anyMatch(p -> p.contains("upgrade_configs[1].upgrade_type: is there twice"))
        .anyMatch(p -> p.contains("upgrade_configs[2].upgrade_type: is not supported"))
        .anyMatch(p -> p.contains("upgrade_configs[3].upgrade_type: is not a protocol"));
  }

  @Test
  void takesListenerFiltersInTheirOrder() {
    Listener.Builder listener =
        ending(manager().build())
            .addListenerFilters(
                filter(
                    ProxyProtocol.newBuilder()
                        .addDisallowedVersions(ProxyProtocolConfig.Version.V1)
                        .build()))
            .addListenerFilters(filter(TlsInspector.getDefaultInstance()))
            .addListenerFilters(filter(HttpInspector.getDefaultInstance()))
            .setContinueOnListenerFiltersTimeout(true);
    var inspection = accepted(listener.build()).inspection();
    assertThat(inspection.proxyProtocol()).containsExactly(ProxyVersion.V2);
    assertThat(inspection.tls()).isTrue();
    assertThat(inspection.http()).isTrue();
    assertThat(inspection.continueOnTimeout()).isTrue();
    assertThat(
            problems(
                ResourceParser.listener(
                    listener.addListenerFilters(listener.getListenerFilters(0)).build())))
        .anyMatch(p -> p.startsWith("listener_filters[3]: each at most once, in the order"));
  }

  @Test
  void takesTcpUpstreamsByWeight() {
    TcpProxy.Builder tcp =
        TcpProxy.newBuilder()
            .setStatPrefix("t")
            .setMaxConnectAttempts(UInt32Value.of(3))
            .setWeightedClusters(
                WeightedCluster.newBuilder()
                    .addClusters(
                        WeightedCluster.ClusterWeight.newBuilder().setName("a").setWeight(1))
                    .addClusters(
                        WeightedCluster.ClusterWeight.newBuilder().setName("b").setWeight(3)));
    var config =
        (dev.weft.proxy.config.TcpProxy)
            accepted(ending(tcp.build()).build()).chains().getFirst().terminal();
    assertThat(config.upstreams())
        .containsExactly(new Weighted("a", 1, Map.of()), new Weighted("b", 3, Map.of()));
    assertThat(config.maxConnectAttempts()).isEqualTo(3);
    long toB = 0;
    for (long id = 0; id < 4000; id++) {
      toB += config.upstream(id).upstream().equals("b") ? 1 : 0;
    }
    assertThat(toB).isBetween(2950L, 3050L);
    tcp.getWeightedClustersBuilder().getClustersBuilder(1).setWeight(0);
    assertThat(
            problems(
                ResourceParser.listener(
                    ending(tcp.setMaxConnectAttempts(UInt32Value.of(0)).build()).build())))
        .anyMatch(p -> p.contains(FILTERS + "max_connect_attempts: is 0"))
        .anyMatch(p -> p.contains(FILTERS + "weighted_clusters.clusters[1].weight: is 0"));
  }

  @Test
  void takesAPROXYHeaderAroundAnotherSocket() {
    ProxyProtocolUpstreamTransport outer =
        ProxyProtocolUpstreamTransport.newBuilder()
            .setConfig(ProxyProtocolConfig.newBuilder().setVersion(ProxyProtocolConfig.Version.V2))
            .setTransportSocket(socket(RawBuffer.getDefaultInstance()))
            .build();
    switch (ResourceParser.upstream(cluster(outer))) {
      case Parsed.Accepted<UpstreamConfig>(UpstreamConfig config) ->
          assertThat(config.transport().proxyProtocol()).isEqualTo(ProxyVersion.V2);
      case Parsed.Rejected<UpstreamConfig>(var found) -> throw new AssertionError(found);
    }
    assertThat(
            problems(
                ResourceParser.upstream(cluster(outer.toBuilder().clearTransportSocket().build()))))
        .anyMatch(p -> p.startsWith("transport_socket.typed_config.transport_socket: is required"));
  }

  @Test
  void refusesBothFamiliesOnAnIpv4Address() {
    Listener.Builder listener = ending(manager().build());
    listener.getAddressBuilder().getSocketAddressBuilder().setIpv4Compat(true);
    assertThat(problems(ResourceParser.listener(listener.build())))
        .anyMatch(p -> p.contains("address.socket_address.ipv4_compat: is for an IPv6 address"));
    listener.getAddressBuilder().getSocketAddressBuilder().setAddress("::");
    assertThat(accepted(listener.build()).address().host()).isEqualTo("::");
  }

  private static TransportSocket socket(Message typed) {
    return TransportSocket.newBuilder().setName("s").setTypedConfig(Any.pack(typed)).build();
  }

  private static Cluster cluster(Message socket) {
    return Cluster.newBuilder()
        .setName("c")
        .setLoadAssignment(ClusterLoadAssignment.newBuilder().setClusterName("c"))
        .setTransportSocket(socket(socket))
        .build();
  }
}
