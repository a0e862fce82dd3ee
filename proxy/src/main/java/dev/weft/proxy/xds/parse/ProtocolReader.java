package dev.weft.proxy.xds.parse;

import com.google.protobuf.Any;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.Http1Settings;
import dev.weft.proxy.config.Http2Settings;
import dev.weft.proxy.config.TransportSockets;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.Map;

/** What to speak to a cluster's hosts: {@code HttpProtocolOptions}. */
final class ProtocolReader {
  private static final String HTTP_OPTIONS =
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  private static final Protocol UNSET =
      new Protocol(HttpProtocol.HTTP1, Http1Settings.DEFAULT, Http2Settings.DEFAULT);

  private ProtocolReader() {}

  record Protocol(HttpProtocol protocol, Http1Settings http1, Http2Settings http2) {}

  static Protocol read(Cluster proto, TransportSockets transport, Problems problems) {
    Protocol found = UNSET;
    for (Map.Entry<String, Any> entry : proto.getTypedExtensionProtocolOptionsMap().entrySet()) {
      Problems at = problems.entry(entry.getKey());
      if (!entry.getKey().equals(HTTP_OPTIONS)) {
        at.add("is not supported");
      } else if (TypedConfigs.unpack(entry.getValue()) instanceof HttpProtocolOptions options) {
        found = read(options, transport, at);
      } else {
        at.add("expected " + HTTP_OPTIONS);
      }
    }
    return found;
  }

  private static Protocol read(
      HttpProtocolOptions options, TransportSockets transport, Problems problems) {
    return switch (options.getUpstreamProtocolOptionsCase()) {
      case EXPLICIT_HTTP_CONFIG ->
          explicit(options.getExplicitHttpConfig(), problems.field("explicit_http_config"));
      case USE_DOWNSTREAM_PROTOCOL_CONFIG -> {
        var config = options.getUseDownstreamProtocolConfig();
        yield both(
            HttpProtocol.CALLERS,
            config.getHttpProtocolOptions(),
            config.getHttp2ProtocolOptions(),
            problems.field("use_downstream_protocol_config"));
      }
      case AUTO_CONFIG -> {
        var config = options.getAutoConfig();
        Problems at = problems.field("auto_config");
        if (!transport.tlsAlways()) {
          at.add("needs TLS in transport_socket and every one of transport_socket_matches");
        }
        yield both(
            HttpProtocol.ALPN,
            config.getHttpProtocolOptions(),
            config.getHttp2ProtocolOptions(),
            at);
      }
      case UPSTREAMPROTOCOLOPTIONS_NOT_SET -> {
        problems
            .field("explicit_http_config")
            .add("this, use_downstream_protocol_config or auto_config is required");
        yield UNSET;
      }
    };
  }

  private static Protocol both(
      HttpProtocol protocol,
      Http1ProtocolOptions http1,
      Http2ProtocolOptions http2,
      Problems problems) {
    return new Protocol(
        protocol,
        Http1Reader.upstream(http1, problems.field("http_protocol_options")),
        Http2Reader.read(http2, problems.field("http2_protocol_options")));
  }

  private static Protocol explicit(
      HttpProtocolOptions.ExplicitHttpConfig config, Problems problems) {
    return switch (config.getProtocolConfigCase()) {
      case HTTP_PROTOCOL_OPTIONS ->
          new Protocol(
              HttpProtocol.HTTP1,
              Http1Reader.upstream(
                  config.getHttpProtocolOptions(), problems.field("http_protocol_options")),
              Http2Settings.DEFAULT);
      case HTTP2_PROTOCOL_OPTIONS ->
          new Protocol(
              HttpProtocol.HTTP2,
              Http1Settings.DEFAULT,
              Http2Reader.read(
                  config.getHttp2ProtocolOptions(), problems.field("http2_protocol_options")));
      // FieldCheck has reported it already.
      case HTTP3_PROTOCOL_OPTIONS -> UNSET;
      case PROTOCOLCONFIG_NOT_SET -> {
        problems.add("http_protocol_options or http2_protocol_options is required");
        yield UNSET;
      }
    };
  }
}
