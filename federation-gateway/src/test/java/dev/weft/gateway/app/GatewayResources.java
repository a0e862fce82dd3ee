package dev.weft.gateway.app;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.weft.proxy.config.HostPort;
import dev.weft.v1.SniInstance;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;

/** What an agent sends to a gateway (docs/contract.md), for the mesh {@code demo}. */
final class GatewayResources {

  private static final TypeRegistry TYPES =
      TypeRegistry.newBuilder()
          .add(TcpProxy.getDescriptor())
          .add(TlsInspector.getDescriptor())
          .add(HttpConnectionManager.getDescriptor())
          .add(Router.getDescriptor())
          .add(DownstreamTlsContext.getDescriptor())
          .add(UpstreamTlsContext.getDescriptor())
          .add(SniInstance.getDescriptor())
          .add(RoundRobin.getDescriptor())
          .build();

  private static final String TYPE = "type.googleapis.com/envoy.extensions.";

  private static final String OWN_AND_TRUSTED =
      """
      "tls_params": {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"},
      "tls_certificate_sds_secret_configs": [{"name": "svid"}],
      "combined_validation_context": {
        "default_validation_context": {%s},
        "validation_context_sds_secret_config": {"name": "trust-bundles", "sds_config": {"ads": {}, "resource_api_version": "V3"}}}
      """;

  private GatewayResources() {}

  /** The port: the agent, one exported service, and the answer to probes. */
  static Listener eastWest(String cluster, HostPort address) {
    String json =
        """
        {"name": "east-west", "address": %s,
         "listener_filters": [{"name": "tls", "typed_config": {"@type": "%sfilters.listener.tls_inspector.v3.TlsInspector"}}],
         "filter_chains": [
          {"filter_chain_match": {"transport_protocol": "tls", "server_names": ["agent.%s.demo"]},
           "filters": [{"name": "tcp", "typed_config": {"@type": "%sfilters.network.tcp_proxy.v3.TcpProxy", "stat_prefix": "agent", "cluster": "agent"}}]},
          {"filter_chain_match": {"transport_protocol": "tls", "server_names": ["*.payments.default.%s.demo"]},
           "filters": [{"name": "tcp", "typed_config": {"@type": "%sfilters.network.tcp_proxy.v3.TcpProxy", "stat_prefix": "export", "cluster": "export|payments.default"}}]},
          {"filter_chain_match": {"transport_protocol": "tls", "server_names": ["probe.%s.demo"]},
           "transport_socket": {"name": "tls", "typed_config": {"@type": "%stransport_sockets.tls.v3.DownstreamTlsContext",
             "require_client_certificate": true, "common_tls_context": {"alpn_protocols": ["h2", "http/1.1"], %s}}},
           "filters": [{"name": "http", "typed_config": {"@type": "%sfilters.network.http_connection_manager.v3.HttpConnectionManager",
             "stat_prefix": "probe",
             "route_config": {"name": "probe", "virtual_hosts": [{"name": "probe", "domains": ["*"], "routes": [{"match": {"path": "/weft/probe"}, "direct_response": {"status": 200}}]}]},
             "http_filters": [{"name": "router", "typed_config": {"@type": "%sfilters.http.router.v3.Router"}}]}}]}]}
        """
            .formatted(
                at(address),
                TYPE,
                cluster,
                TYPE,
                cluster,
                TYPE,
                cluster,
                TYPE,
                OWN_AND_TRUSTED.formatted(""),
                TYPE,
                TYPE);
    return parse(json, Listener.newBuilder()).build();
  }

  /** The upstream of the agent. */
  static Cluster agent(HostPort address) {
    String json =
        """
        {"name": "agent", "type": "STATIC", "connect_timeout": "15s",
         "load_assignment": {"cluster_name": "agent", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": %s}}]}]}}
        """
            .formatted(at(address));
    return parse(json, Cluster.newBuilder()).build();
  }

  /** The upstream of the exported service. */
  static Cluster export() {
    String json =
        """
        {"name": "export|payments.default", "type": "EDS", "connect_timeout": "15s",
         "eds_cluster_config": {"eds_config": {"ads": {}, "resource_api_version": "V3"}},
         "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
         "load_balancing_policy": {"policies": [
          {"typed_extension_config": {"name": "sni", "typed_config": {"@type": "type.googleapis.com/weft.v1.SniInstance"}}},
          {"typed_extension_config": {"name": "rr", "typed_config": {"@type": "%sload_balancing_policies.round_robin.v3.RoundRobin"}}}]}}
        """
            .formatted(TYPE);
    return parse(json, Cluster.newBuilder()).build();
  }

  /** An instance of the exported service; {@code health} as in xDS. */
  record Instance(String label, HostPort address, String health) {}

  /** The instances of the exported service. */
  static ClusterLoadAssignment instances(Instance... instances) {
    StringBuilder endpoints = new StringBuilder();
    for (Instance instance : instances) {
      endpoints
          .append(endpoints.isEmpty() ? "" : ",")
          .append(
              """
              {"endpoint": {"address": %s}, "health_status": "%s",
               "metadata": {"filter_metadata": {"weft": {"sni": "%s.9001.payments.default.east.demo", "instance": "%s", "cluster": "east"}}}}
              """
                  .formatted(
                      at(instance.address()),
                      instance.health(),
                      instance.label(),
                      instance.label()));
    }
    String json =
        "{\"cluster_name\": \"export|payments.default\", \"endpoints\": [{\"lb_endpoints\": ["
            + endpoints
            + "]}]}";
    return parse(json, ClusterLoadAssignment.newBuilder()).build();
  }

  /** The gateways of a peer, asked each second. */
  static Cluster peer(String cluster, String serviceAccount, HostPort gateway) {
    String identity =
        "\"match_typed_subject_alt_names\": [{\"san_type\": \"URI\", \"matcher\": {\"exact\": \"spiffe://%s.demo/ns/weft-system/sa/%s\"}}]"
            .formatted(cluster, serviceAccount);
    String json =
        """
        {"name": "peer|%s", "type": "STATIC", "connect_timeout": "0.5s",
         "load_assignment": {"cluster_name": "peer|%s", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": %s}}]}]},
         "health_checks": [{"timeout": "0.5s", "interval": "0.5s", "unhealthy_threshold": 2, "healthy_threshold": 1, "http_health_check": {"path": "/weft/probe"}}],
         "transport_socket": {"name": "tls", "typed_config": {"@type": "%stransport_sockets.tls.v3.UpstreamTlsContext",
           "sni": "probe.%s.demo", "common_tls_context": {"alpn_protocols": ["http/1.1"], %s}}}}
        """
            .formatted(
                cluster, cluster, at(gateway), TYPE, cluster, OWN_AND_TRUSTED.formatted(identity));
    return parse(json, Cluster.newBuilder()).build();
  }

  private static String at(HostPort address) {
    return "{\"socket_address\": {\"address\": \"%s\", \"port_value\": %d}}"
        .formatted(address.host(), address.port());
  }

  private static <B extends Message.Builder> B parse(String json, B into) {
    try {
      JsonFormat.parser().usingTypeRegistry(TYPES).merge(json, into);
      return into;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e.getMessage() + " in " + json, e);
    }
  }
}
