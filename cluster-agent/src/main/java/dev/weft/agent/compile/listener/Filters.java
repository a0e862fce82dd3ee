package dev.weft.agent.compile.listener;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import dev.weft.agent.compile.secret.TrustBundles;
import dev.weft.agent.compile.wire.Wire;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import org.jspecify.annotations.Nullable;

/** What listeners are built of. Weft's defaults are written out; the proxy assumes none. */
final class Filters {
  private static final long IDLE_MILLIS = 3_600_000;
  private static final long STREAM_IDLE_MILLIS = 300_000;
  private static final long REQUEST_HEADERS_MILLIS = 10_000;

  private Filters() {}

  static ListenerFilter tlsInspector() {
    return ListenerFilter.newBuilder()
        .setName("envoy.filters.listener.tls_inspector")
        .setTypedConfig(Any.pack(TlsInspector.getDefaultInstance()))
        .build();
  }

  static Filter network(String name, Message config) {
    return Filter.newBuilder().setName(name).setTypedConfig(Any.pack(config)).build();
  }

  static Filter http(HttpConnectionManager manager) {
    return network("envoy.filters.network.http_connection_manager", manager);
  }

  static Filter tcp(String statPrefix, String upstream) {
    return network(
        "envoy.filters.network.tcp_proxy",
        TcpProxy.newBuilder()
            .setStatPrefix(statPrefix)
            .setCluster(upstream)
            .setIdleTimeout(Wire.millis(IDLE_MILLIS))
            .build());
  }

  /**
   * A connection manager that lacks only its routes.
   *
   * @param traces {@code null}: context passes as it is
   */
  static HttpConnectionManager.Builder manager(String statPrefix, @Nullable Traces traces) {
    HttpConnectionManager.Builder manager = plain(statPrefix);
    return traces == null ? manager : manager.setTracing(traces.compile());
  }

  private static HttpConnectionManager.Builder plain(String statPrefix) {
    return HttpConnectionManager.newBuilder()
        .setStatPrefix(statPrefix)
        .setCodecType(HttpConnectionManager.CodecType.AUTO)
        .setNormalizePath(BoolValue.of(true))
        .setMergeSlashes(false)
        .setCommonHttpProtocolOptions(
            HttpProtocolOptions.newBuilder().setIdleTimeout(Wire.millis(IDLE_MILLIS)))
        .setHttpProtocolOptions(
            Http1ProtocolOptions.newBuilder().setAcceptHttp10(true).setEnableTrailers(true))
        // A sidecar is not the one who knows whether the application wants the body.
        .setProxy100Continue(true)
        .setHttp2ProtocolOptions(Http2ProtocolOptions.newBuilder().setAllowConnect(true))
        .addUpgradeConfigs(
            HttpConnectionManager.UpgradeConfig.newBuilder().setUpgradeType("websocket"))
        .setStreamIdleTimeout(Wire.millis(STREAM_IDLE_MILLIS))
        .setRequestHeadersTimeout(Wire.millis(REQUEST_HEADERS_MILLIS))
        .addHttpFilters(
            HttpFilter.newBuilder()
                .setName("envoy.filters.http.router")
                .setTypedConfig(Any.pack(Router.getDefaultInstance())));
  }

  /** Mutual TLS for whoever the trust bundles vouch for. */
  static TransportSocket mutualTls() {
    return Wire.tls(
        DownstreamTlsContext.newBuilder()
            .setRequireClientCertificate(BoolValue.of(true))
            .setCommonTlsContext(
                TrustBundles.anyPeer().addAlpnProtocols("h2").addAlpnProtocols("http/1.1"))
            .build());
  }
}
