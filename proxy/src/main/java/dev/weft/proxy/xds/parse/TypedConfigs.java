package dev.weft.proxy.xds.parse;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.weft.v1.SniInstance;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StderrAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.http.original_ip_detection.xff.v3.XffConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The messages that may stand in a {@code google.protobuf.Any}, by type URL. */
public final class TypedConfigs {
  private static final String PREFIX = "type.googleapis.com/";

  private static final Map<String, Message> KNOWN =
      Stream.<Message>of(
              TlsInspector.getDefaultInstance(),
              HttpInspector.getDefaultInstance(),
              ProxyProtocol.getDefaultInstance(),
              ProxyProtocolUpstreamTransport.getDefaultInstance(),
              RBAC.getDefaultInstance(),
              io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.getDefaultInstance(),
              RBACPerRoute.getDefaultInstance(),
              HttpConnectionManager.getDefaultInstance(),
              TcpProxy.getDefaultInstance(),
              FileAccessLog.getDefaultInstance(),
              StdoutAccessLog.getDefaultInstance(),
              StderrAccessLog.getDefaultInstance(),
              Router.getDefaultInstance(),
              DownstreamTlsContext.getDefaultInstance(),
              UpstreamTlsContext.getDefaultInstance(),
              RawBuffer.getDefaultInstance(),
              SPIFFECertValidatorConfig.getDefaultInstance(),
              HttpProtocolOptions.getDefaultInstance(),
              PreviousHostsPredicate.getDefaultInstance(),
              PreviousPrioritiesConfig.getDefaultInstance(),
              RoundRobin.getDefaultInstance(),
              LeastRequest.getDefaultInstance(),
              Random.getDefaultInstance(),
              Cors.getDefaultInstance(),
              CorsPolicy.getDefaultInstance(),
              HTTPFault.getDefaultInstance(),
              JwtAuthentication.getDefaultInstance(),
              PerRouteConfig.getDefaultInstance(),
              ExtAuthz.getDefaultInstance(),
              io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz
                  .getDefaultInstance(),
              ExtAuthzPerRoute.getDefaultInstance(),
              FilterConfig.getDefaultInstance(),
              UriTemplateMatchConfig.getDefaultInstance(),
              UriTemplateRewriteConfig.getDefaultInstance(),
              OpenTelemetryConfig.getDefaultInstance(),
              XffConfig.getDefaultInstance(),
              SniInstance.getDefaultInstance())
          .collect(
              Collectors.toUnmodifiableMap(
                  m -> PREFIX + m.getDescriptorForType().getFullName(), Function.identity()));

  private TypedConfigs() {}

  /** One of each, for documentation and for printing as JSON. */
  public static Collection<Message> known() {
    return KNOWN.values();
  }

  static boolean isKnown(Any any) {
    return KNOWN.containsKey(any.getTypeUrl());
  }

  /**
   * The message inside; {@code null} when its type is not known or its bytes are broken: {@code
   * FieldCheck} says so.
   */
  static @Nullable Message unpack(Any any) {
    Message prototype = KNOWN.get(any.getTypeUrl());
    if (prototype == null) {
      return null;
    }
    try {
      return prototype.getParserForType().parseFrom(any.getValue());
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }
}
