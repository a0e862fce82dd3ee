package dev.weft.bench.peer;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.ListValue;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import dev.weft.v1.SniInstance;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The xDS resources of a node, from a template. */
public final class Resources {
  static final TypeRegistry TYPES =
      TypeRegistry.newBuilder()
          .add(
              Stream.<Descriptor>of(
                      Cluster.getDescriptor(),
                      ClusterLoadAssignment.getDescriptor(),
                      Listener.getDescriptor(),
                      RouteConfiguration.getDescriptor(),
                      Secret.getDescriptor(),
                      HttpConnectionManager.getDescriptor(),
                      FileAccessLog.getDescriptor(),
                      Router.getDescriptor(),
                      JwtAuthentication.getDescriptor(),
                      io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.getDescriptor(),
                      TlsInspector.getDescriptor(),
                      RBAC.getDescriptor(),
                      TcpProxy.getDescriptor(),
                      PreviousHostsPredicate.getDescriptor(),
                      PreviousPrioritiesConfig.getDescriptor(),
                      DownstreamTlsContext.getDescriptor(),
                      UpstreamTlsContext.getDescriptor(),
                      SPIFFECertValidatorConfig.getDescriptor(),
                      HttpProtocolOptions.getDescriptor(),
                      RoundRobin.getDescriptor(),
                      SniInstance.getDescriptor())
                  .toList())
          .build();

  private Resources() {}

  /** A resource and its name. */
  public record Named(String name, Any resource) {}

  /** The client's side, or the only one: plain HTTP in, an upstream of the given kind out. */
  static List<Named> outbound(String upstream, int listen, int to, String roots)
      throws IOException {
    return all(
        Templates.read("outbound.json")
            .replace("$UPSTREAM", Templates.read("upstream-" + upstream + ".json")),
        listen,
        to,
        roots);
  }

  /** The server's side: mutual TLS in, plain HTTP/1.1 out. */
  static List<Named> inbound(int listen, int to, String roots) throws IOException {
    return inbound("", listen, to, roots);
  }

  /** The same with a token and rules. */
  static List<Named> policy(int listen, int to, String roots, String keys) throws IOException {
    return inbound(PolicyRules.filters(keys), listen, to, roots);
  }

  /** The server's side of a topology of two proxies. */
  static List<Named> server(Topology topology, int listen, int to, Authority authority)
      throws IOException {
    return topology == Topology.POLICY
        ? policy(listen, to, authority.root(), authority.tokens().keys())
        : inbound(listen, to, authority.root());
  }

  private static List<Named> inbound(String filters, int listen, int to, String roots)
      throws IOException {
    return all(Templates.read("inbound.json").replace("$FILTERS", filters), listen, to, roots);
  }

  /** Bytes in and out. */
  static List<Named> tcp(int listen, int to, String roots) throws IOException {
    return all(Templates.read("tcp.json"), listen, to, roots);
  }

  private static List<Named> all(String text, int listen, int to, String roots) throws IOException {
    List<Named> named = new ArrayList<>();
    named.addAll(read(Templates.read("trust.json"), listen, to, roots));
    named.addAll(read(text, listen, to, roots));
    return named;
  }

  private static List<Named> read(String text, int listen, int to, String roots)
      throws IOException {
    String json = text;
    for (Map.Entry<String, String> value :
        Map.of(
                "$LISTEN", Integer.toString(listen),
                "$TO", Integer.toString(to),
                "$ROOTS", roots.replace("\n", "\\n"))
            .entrySet()) {
      json = json.replace(value.getKey(), value.getValue());
    }
    return parse(json);
  }

  /**
   * Reads a JSON array of resources, each with its {@code @type}.
   *
   * @throws IOException when it is none, or names a field that there is not
   */
  public static List<Named> parse(String json) throws IOException {
    ListValue.Builder list = ListValue.newBuilder();
    JsonFormat.parser().merge(json, list);
    List<Named> named = new ArrayList<>();
    for (Value one : list.getValuesList()) {
      Any.Builder any = Any.newBuilder();
      JsonFormat.parser().usingTypeRegistry(TYPES).merge(JsonFormat.printer().print(one), any);
      var fields = one.getStructValue().getFieldsMap();
      Value name = fields.get(fields.containsKey("name") ? "name" : "cluster_name");
      named.add(new Named(name == null ? "" : name.getStringValue(), any.build()));
    }
    return named;
  }
}
