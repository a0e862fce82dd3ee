package dev.weft.proxy.oracle;

import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
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
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The resources of a case. In its YAML a text {@code my/x} is a name of the case's own ({@code
 * <case>/x}), {@code $x} is the address of its origin {@code x}, and a mapping {@code {@type:
 * short}} names its type by the last part; {@code $pem/east} is a trust domain's bundle, {@code
 * $file/east.pem} a file with it, {@code $file/own.crt} and {@code $file/own.key} the proxy's own
 * certificate, {@code $bytes/east} the same as bytes. Without a listener of its own a case gets one
 * that serves its routes over plaintext HTTP, by RDS; {@code table} is what its route configuration
 * has beside them.
 */
record Resources(
    List<Listener> listeners,
    List<RouteConfiguration> routes,
    List<Cluster> clusters,
    List<ClusterLoadAssignment> endpoints,
    List<Secret> secrets) {

  /** Its name is that of the network filter. */
  private static final Message HTTP_RBAC =
      io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.getDefaultInstance();

  /** Its name is that of the HTTP filter. */
  private static final Message NETWORK_EXT_AUTHZ =
      io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz.getDefaultInstance();

  private static final TypeRegistry TYPES =
      TypeRegistry.newBuilder()
          .add(HttpConnectionManager.getDescriptor())
          .add(Router.getDescriptor())
          .add(TlsInspector.getDescriptor())
          .add(HttpInspector.getDescriptor())
          .add(ProxyProtocol.getDescriptor())
          .add(RBAC.getDescriptor())
          .add(HTTP_RBAC.getDescriptorForType())
          .add(RBACPerRoute.getDescriptor())
          .add(TcpProxy.getDescriptor())
          .add(FileAccessLog.getDescriptor())
          .add(StdoutAccessLog.getDescriptor())
          .add(StderrAccessLog.getDescriptor())
          .add(PreviousHostsPredicate.getDescriptor())
          .add(PreviousPrioritiesConfig.getDescriptor())
          .add(DownstreamTlsContext.getDescriptor())
          .add(UpstreamTlsContext.getDescriptor())
          .add(SPIFFECertValidatorConfig.getDescriptor())
          .add(HttpProtocolOptions.getDescriptor())
          .add(OpenTelemetryConfig.getDescriptor())
          .add(Cors.getDescriptor())
          .add(CorsPolicy.getDescriptor())
          .add(HTTPFault.getDescriptor())
          .add(JwtAuthentication.getDescriptor())
          .add(PerRouteConfig.getDescriptor())
          .add(ExtAuthz.getDescriptor())
          .add(ExtAuthzPerRoute.getDescriptor())
          .add(NETWORK_EXT_AUTHZ.getDescriptorForType())
          .add(FilterConfig.getDescriptor())
          .add(Empty.getDescriptor())
          .add(LeastRequest.getDescriptor())
          .add(RoundRobin.getDescriptor())
          .add(ProxyProtocolUpstreamTransport.getDescriptor())
          .add(RawBuffer.getDescriptor())
          .add(UriTemplateMatchConfig.getDescriptor())
          .add(UriTemplateRewriteConfig.getDescriptor())
          .add(XffConfig.getDescriptor())
          .build();

  private static final Map<String, String> TYPE_URLS =
      Map.ofEntries(
          url(HttpConnectionManager.getDefaultInstance()),
          url(Router.getDefaultInstance()),
          url(TlsInspector.getDefaultInstance()),
          url(HttpInspector.getDefaultInstance()),
          url(ProxyProtocol.getDefaultInstance()),
          url(RBAC.getDefaultInstance()),
          Map.entry("NetworkExtAuthz", Any.pack(NETWORK_EXT_AUTHZ).getTypeUrl()),
          Map.entry("HttpRBAC", Any.pack(HTTP_RBAC).getTypeUrl()),
          url(RBACPerRoute.getDefaultInstance()),
          url(TcpProxy.getDefaultInstance()),
          url(FileAccessLog.getDefaultInstance()),
          url(StdoutAccessLog.getDefaultInstance()),
          url(StderrAccessLog.getDefaultInstance()),
          url(PreviousHostsPredicate.getDefaultInstance()),
          url(PreviousPrioritiesConfig.getDefaultInstance()),
          url(DownstreamTlsContext.getDefaultInstance()),
          url(UpstreamTlsContext.getDefaultInstance()),
          url(OpenTelemetryConfig.getDefaultInstance()),
          url(Cors.getDefaultInstance()),
          url(CorsPolicy.getDefaultInstance()),
          url(HTTPFault.getDefaultInstance()),
          url(JwtAuthentication.getDefaultInstance()),
          url(PerRouteConfig.getDefaultInstance()),
          url(ExtAuthz.getDefaultInstance()),
          url(ExtAuthzPerRoute.getDefaultInstance()),
          url(FilterConfig.getDefaultInstance()),
          url(Empty.getDefaultInstance()),
          url(UriTemplateMatchConfig.getDefaultInstance()),
          url(UriTemplateRewriteConfig.getDefaultInstance()),
          url(XffConfig.getDefaultInstance()),
          url(LeastRequest.getDefaultInstance()),
          url(RoundRobin.getDefaultInstance()),
          url(ProxyProtocolUpstreamTransport.getDefaultInstance()),
          url(RawBuffer.getDefaultInstance()),
          url(SPIFFECertValidatorConfig.getDefaultInstance()),
          url(HttpProtocolOptions.getDefaultInstance()));

  private static final Map<String, Object> ADS =
      Map.of("ads", Map.of(), "resource_api_version", "V3");

  private static Map.Entry<String, String> url(Message type) {
    return Map.entry(type.getDescriptorForType().getName(), Any.pack(type).getTypeUrl());
  }

  static Resources of(OracleCase test, Map<String, Integer> ports, OraclePki pki) {
    Map<String, Object> yaml = test.resources();
    List<Listener> listeners = new ArrayList<>();
    List<RouteConfiguration> routes = new ArrayList<>();
    List<Cluster> clusters = new ArrayList<>();
    List<ClusterLoadAssignment> endpoints = new ArrayList<>();
    List<Secret> secrets = new ArrayList<>();
    try {
      Map<String, Object> listener = new LinkedHashMap<>();
      listener.put("name", test.name());
      listener.put("address", address(0));
      listener.putAll(cast(expand(yaml.getOrDefault("listener", http(test)), test, ports)));
      listeners.add(message(listener, Listener.newBuilder()).build());
      if (yaml.containsKey("routes")) {
        Map<String, Object> table = new LinkedHashMap<>();
        table.put("name", test.name());
        table.put("ignore_port_in_host_matching", true);
        table.putAll(cast(expand(yaml.get("table"), test, ports)));
        table.put("virtual_hosts", expand(yaml.get("routes"), test, ports));
        routes.add(message(table, RouteConfiguration.newBuilder()).build());
      }
      for (Object cluster : all(yaml.get("clusters"))) {
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("type", "EDS");
        whole.put("eds_cluster_config", Map.of("eds_config", ADS));
        whole.put("connect_timeout", "15s");
        whole.put("common_lb_config", Map.of("healthy_panic_threshold", Map.of("value", 0)));
        whole.putAll(cast(bundles(expand(cluster, test, ports), pki)));
        if (!"EDS".equals(whole.get("type"))) {
          whole.remove("eds_cluster_config");
        }
        clusters.add(message(whole, Cluster.newBuilder()).build());
      }
      for (Object assignment : all(yaml.get("endpoints"))) {
        endpoints.add(
            message(cast(expand(assignment, test, ports)), ClusterLoadAssignment.newBuilder())
                .build());
      }
      for (Object secret : all(yaml.get("secrets"))) {
        secrets.add(
            message(cast(bundles(expand(secret, test, ports), pki)), Secret.newBuilder()).build());
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(test.name() + ": " + e.getMessage(), e);
    }
    return new Resources(listeners, routes, clusters, endpoints, secrets);
  }

  private static Object bundles(Object value, OraclePki pki) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<Object, Object> filled = new LinkedHashMap<>();
        map.forEach((key, one) -> filled.put(key, bundles(one, pki)));
        yield filled;
      }
      case List<?> list -> list.stream().map(one -> bundles(one, pki)).toList();
      case String text when text.startsWith("$pem/") -> pki.bundle(text.substring(5));
      case String text when text.startsWith("$file/") -> pki.file(text.substring(6)).toString();
      case String text when text.startsWith("$bytes/") ->
          Base64.getEncoder()
              .encodeToString(pki.bundle(text.substring(7)).getBytes(StandardCharsets.US_ASCII));
      default -> value;
    };
  }

  /** The same with each of them changed. */
  Resources map(UnaryOperator<Message> change) {
    return new Resources(
        each(listeners, change),
        each(routes, change),
        each(clusters, change),
        each(endpoints, change),
        each(secrets, change));
  }

  @SuppressWarnings("unchecked")
  private static <M extends Message> List<M> each(List<M> all, UnaryOperator<Message> change) {
    return all.stream().map(one -> (M) change.apply(one)).toList();
  }

  /** All of them. */
  List<Message> all() {
    return Stream.of(listeners, routes, clusters, endpoints, secrets)
        .<Message>flatMap(List::stream)
        .toList();
  }

  /** Adds all of them for a control plane, each under its kind and name. */
  void addTo(Map<String, Message> all) {
    listeners.forEach(one -> all.put("listener:" + one.getName(), one));
    routes.forEach(one -> all.put("routes:" + one.getName(), one));
    clusters.forEach(one -> all.put("cluster:" + one.getName(), one));
    endpoints.forEach(one -> all.put("endpoints:" + one.getClusterName(), one));
    secrets.forEach(one -> all.put("secret:" + one.getName(), one));
  }

  private static Map<String, Object> http(OracleCase test) {
    return Map.of(
        "filter_chains",
        List.of(
            Map.of(
                "filters",
                List.of(
                    Map.of(
                        "name",
                        "http",
                        "typed_config",
                        Map.of(
                            "@type",
                            "HttpConnectionManager",
                            "stat_prefix",
                            test.name(),
                            "rds",
                            Map.of("route_config_name", test.name(), "config_source", ADS),
                            "http_filters",
                            List.of(
                                Map.of(
                                    "name",
                                    "router",
                                    "typed_config",
                                    Map.of("@type", "Router")))))))));
  }

  private static Map<String, Object> address(int port) {
    return Map.of("socket_address", Map.of("address", "127.0.0.1", "port_value", port));
  }

  private static Object expand(
      @Nullable Object value, OracleCase test, Map<String, Integer> ports) {
    return switch (value) {
      case null -> Map.of();
      case Map<?, ?> map -> {
        Map<String, Object> expanded = new LinkedHashMap<>();
        map.forEach((key, one) ->
            expanded.put(
                String.valueOf(key),
                key.equals("@type")
                    ? TYPE_URLS.getOrDefault(String.valueOf(one), String.valueOf(one))
                    : expand(one, test, ports)));
        yield expanded;
      }
      case List<?> list -> list.stream().map(one -> expand(one, test, ports)).toList();
      case String text when text.startsWith("my/") -> test.name() + text.substring(2);
      case String text when text.startsWith("$") && ports.containsKey(text.substring(1)) ->
          address(ports.get(text.substring(1)));
      case String text when text.equals("$log") -> LogFile.of(test).path().toString();
      case String text when text.equals("$case") -> test.name();
      case String text when text.equals("ads") -> ADS;
      default -> value;
    };
  }

  private static <B extends Message.Builder> B message(Map<String, Object> yaml, B into)
      throws InvalidProtocolBufferException {
    JsonFormat.parser().usingTypeRegistry(TYPES).merge(Json.write(yaml), into);
    return into;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> cast(Object value) {
    return (Map<String, Object>) value;
  }

  private static List<?> all(@Nullable Object value) {
    return value == null ? List.of() : (List<?>) value;
  }
}
