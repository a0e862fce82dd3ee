package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.ConnectionLimits;
import dev.weft.proxy.config.HeaderValue;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.HttpConnectionManager.Codec;
import dev.weft.proxy.config.HttpConnectionManager.Routes;
import dev.weft.proxy.config.HttpProtocols;
import dev.weft.proxy.config.LocalReplyMapper;
import dev.weft.proxy.config.LogFilter;
import dev.weft.proxy.config.Observability;
import dev.weft.proxy.config.UnderscoreNames;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code HttpConnectionManager}. */
final class HttpConnectionManagerReader {
  private static final Duration IDLE = Duration.ofHours(1);
  private static final Duration STREAM_IDLE = Duration.ofMinutes(5);
  private static final Duration CLOSE_AFTER = Duration.ofSeconds(1);

  private HttpConnectionManagerReader() {}

  static HttpConnectionManager read(
      io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3
              .HttpConnectionManager
          proto,
      Problems problems) {
    HttpProtocolOptions common = proto.getCommonHttpProtocolOptions();
    Problems commonAt = problems.field("common_http_protocol_options");
    return new HttpConnectionManager(
        Texts.required(proto.getStatPrefix(), problems.field("stat_prefix")),
        codec(proto, problems.field("codec_type")),
        routes(proto, problems),
        proto.getNormalizePath().getValue(),
        proto.getMergeSlashes(),
        Durations.zeroOrMore(
            common.hasIdleTimeout(), common.getIdleTimeout(), IDLE, commonAt.field("idle_timeout")),
        Durations.zeroOrMore(
            proto.hasStreamIdleTimeout(),
            proto.getStreamIdleTimeout(),
            STREAM_IDLE,
            problems.field("stream_idle_timeout")),
        Durations.zeroOrMore(
            proto.hasRequestHeadersTimeout(),
            proto.getRequestHeadersTimeout(),
            Duration.ZERO,
            problems.field("request_headers_timeout")),
        Numbers.uint32(
            proto.hasMaxRequestHeadersKb(),
            proto.getMaxRequestHeadersKb(),
            60,
            1,
            8192,
            problems.field("max_request_headers_kb")),
        Numbers.uint32(
            common.hasMaxHeadersCount(),
            common.getMaxHeadersCount(),
            100,
            1,
            10_000,
            commonAt.field("max_headers_count")),
        Http2Reader.read(proto.getHttp2ProtocolOptions(), problems.field("http2_protocol_options")),
        mappers(proto.getLocalReplyConfig(), problems.field("local_reply_config").field("mappers")),
        protocols(proto, problems),
        new Observability(
            AccessLogReader.read(proto.getAccessLogList(), problems.field("access_log")),
            AccessLogReader.times(
                proto.getAccessLogOptions(), problems.field("access_log_options")),
            TracingReader.read(proto, problems.field("tracing")),
            !proto.hasGenerateRequestId() || proto.getGenerateRequestId().getValue(),
            proto.getAlwaysSetRequestIdInResponse()),
        HttpFiltersReader.read(proto.getHttpFiltersList(), problems.field("http_filters")),
        ClientDetectionReader.read(proto, problems));
  }

  private static HttpProtocols protocols(
      io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3
              .HttpConnectionManager
          proto,
      Problems problems) {
    return new HttpProtocols(
        Http1Reader.downstream(
            proto.getHttpProtocolOptions(), problems.field("http_protocol_options")),
        proto.getProxy100Continue(),
        proto.getHttp2ProtocolOptions().getAllowConnect(),
        Durations.zeroOrMore(
            proto.getCommonHttpProtocolOptions().hasMaxStreamDuration(),
            proto.getCommonHttpProtocolOptions().getMaxStreamDuration(),
            Duration.ZERO,
            problems.field("common_http_protocol_options").field("max_stream_duration")),
        Durations.zeroOrMore(
            proto.hasDelayedCloseTimeout(),
            proto.getDelayedCloseTimeout(),
            CLOSE_AFTER,
            problems.field("delayed_close_timeout")),
        connections(
            proto.getCommonHttpProtocolOptions(), problems.field("common_http_protocol_options")),
        underscores(
            proto.getCommonHttpProtocolOptions(), problems.field("common_http_protocol_options")),
        UpgradeReader.ofManager(proto, problems.field("upgrade_configs")));
  }

  private static UnderscoreNames underscores(HttpProtocolOptions proto, Problems problems) {
    return switch (proto.getHeadersWithUnderscoresAction()) {
      case ALLOW -> UnderscoreNames.ALLOW;
      case REJECT_REQUEST -> UnderscoreNames.REJECT;
      case DROP_HEADER -> UnderscoreNames.DROP;
      case UNRECOGNIZED -> {
        problems
            .field("headers_with_underscores_action")
            .add("is not known: " + proto.getHeadersWithUnderscoresActionValue());
        yield UnderscoreNames.ALLOW;
      }
    };
  }

  private static ConnectionLimits connections(HttpProtocolOptions proto, Problems problems) {
    return new ConnectionLimits(
        Integer.toUnsignedLong(proto.getMaxRequestsPerConnection().getValue()),
        Durations.zeroOrMore(
            proto.hasMaxConnectionDuration(),
            proto.getMaxConnectionDuration(),
            Duration.ZERO,
            problems.field("max_connection_duration")));
  }

  private static Codec codec(
      io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3
              .HttpConnectionManager
          proto,
      Problems problems) {
    return switch (proto.getCodecType()) {
      case AUTO -> Codec.AUTO;
      case HTTP1 -> Codec.HTTP1;
      case HTTP2 -> Codec.HTTP2;
      case HTTP3, UNRECOGNIZED -> {
        problems.add("is not supported: " + proto.getCodecTypeValue());
        yield Codec.AUTO;
      }
    };
  }

  private static Routes routes(
      io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3
              .HttpConnectionManager
          proto,
      Problems problems) {
    return switch (proto.getRouteSpecifierCase()) {
      case RDS -> {
        Problems at = problems.field("rds");
        SharedReader.ads(
            proto.getRds().hasConfigSource(),
            proto.getRds().getConfigSource(),
            at.field("config_source"));
        yield new Routes.Named(
            Texts.required(proto.getRds().getRouteConfigName(), at.field("route_config_name")));
      }
      case ROUTE_CONFIG ->
          new Routes.Inline(
              RouteTableReader.read(proto.getRouteConfig(), problems.field("route_config")));
      // FieldCheck has reported scoped routes already.
      case SCOPED_ROUTES -> new Routes.Named("");
      case ROUTESPECIFIER_NOT_SET -> {
        problems.add("rds or route_config is required");
        yield new Routes.Named("");
      }
    };
  }

  private static List<LocalReplyMapper> mappers(LocalReplyConfig proto, Problems problems) {
    List<LocalReplyMapper> mappers = new ArrayList<>();
    for (int i = 0; i < proto.getMappersCount(); i++) {
      ResponseMapper mapper = proto.getMappers(i);
      Problems at = problems.item(i);
      List<HeaderValue> headers =
          HeaderChangesReader.toAdd(mapper.getHeadersToAddList(), at.field("headers_to_add"));
      switch (LogFilterReader.read(mapper.getFilter(), at.field("filter"))) {
        case LogFilter.Flags(Set<String> flags) ->
            mappers.add(new LocalReplyMapper(flags, headers));
        case LogFilter.Status status ->
            mappers.add(new LocalReplyMapper(Set.of(), status, headers));
        case LogFilter.Duration _,
            LogFilter.Header _,
            LogFilter.Grpc _,
            LogFilter.Types _,
            LogFilter.All _,
            LogFilter.Any _,
            LogFilter.NotHealthCheck _ ->
            at.field("filter").add("response_flag_filter or status_code_filter is required");
      }
    }
    return mappers;
  }
}
