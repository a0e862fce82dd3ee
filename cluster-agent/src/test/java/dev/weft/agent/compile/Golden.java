package dev.weft.agent.compile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.weft.v1.SniInstance;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Compares resources with a JSON file beside the tests; {@code -Dweft.golden.update=true} writes it
 * instead.
 */
final class Golden {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .usingTypeRegistry(
              TypeRegistry.newBuilder()
                  .add(
                      List.of(
                          Listener.getDescriptor(),
                          Cluster.getDescriptor(),
                          ClusterLoadAssignment.getDescriptor(),
                          RouteConfiguration.getDescriptor(),
                          Secret.getDescriptor(),
                          HttpConnectionManager.getDescriptor(),
                          Router.getDescriptor(),
                          OpenTelemetryConfig.getDescriptor(),
                          TlsInspector.getDescriptor(),
                          RBAC.getDescriptor(),
                          io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.getDescriptor(),
                          JwtAuthentication.getDescriptor(),
                          UriTemplateMatchConfig.getDescriptor(),
                          RawBuffer.getDescriptor(),
                          TcpProxy.getDescriptor(),
                          RoundRobin.getDescriptor(),
                          SniInstance.getDescriptor(),
                          PreviousHostsPredicate.getDescriptor(),
                          PreviousPrioritiesConfig.getDescriptor(),
                          DownstreamTlsContext.getDescriptor(),
                          UpstreamTlsContext.getDescriptor(),
                          SPIFFECertValidatorConfig.getDescriptor(),
                          HttpProtocolOptions.getDescriptor()))
                  .build());

  private Golden() {}

  static void check(String name, ResourceSet resources) throws IOException {
    Path file =
        Path.of(Objects.requireNonNull(System.getProperty("weft.root"), "run by Maven"))
            .resolve("cluster-agent/src/test/java/dev/weft/agent/compile/golden/" + name + ".json");
    String actual = print(resources);
    if (Boolean.getBoolean("weft.golden.update")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, actual);
    }
    assertThat(actual).isEqualTo(Files.readString(file, UTF_8));
  }

  private static String print(ResourceSet resources) throws InvalidProtocolBufferException {
    StringBuilder out = new StringBuilder("[");
    String separator = "\n";
    for (Resource resource :
        resources.all().stream().sorted(Comparator.comparing(Resource::name)).toList()) {
      out.append(separator).append(PRINTER.print(resource.body()));
      separator = ",\n";
    }
    return out.append("\n]\n").toString();
  }
}
