package dev.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Agent and proxy share no code, only xDS: what the agent's own goldens say it sends is what a
 * proxy takes.
 */
final class AgentResourcesTest {
  private static final Path GOLDENS =
      Path.of(
          System.getProperty("weft.root", ".."),
          "cluster-agent/src/test/java/dev/weft/agent/compile/golden");

  private static TypeRegistry types() {
    TypeRegistry.Builder types =
        TypeRegistry.newBuilder()
            .add(Listener.getDescriptor())
            .add(RouteConfiguration.getDescriptor())
            .add(Cluster.getDescriptor())
            .add(ClusterLoadAssignment.getDescriptor())
            .add(Secret.getDescriptor());
    TypedConfigs.known().stream().map(Message::getDescriptorForType).forEach(types::add);
    return types.build();
  }

  private static Parsed<?> parse(Any any) throws InvalidProtocolBufferException {
    if (any.is(Listener.class)) {
      return ResourceParser.listener(any.unpack(Listener.class));
    } else if (any.is(RouteConfiguration.class)) {
      return ResourceParser.routes(any.unpack(RouteConfiguration.class));
    } else if (any.is(Cluster.class)) {
      return ResourceParser.upstream(any.unpack(Cluster.class));
    } else if (any.is(ClusterLoadAssignment.class)) {
      return ResourceParser.endpoints(any.unpack(ClusterLoadAssignment.class));
    }
    return ResourceParser.validation(any.unpack(Secret.class));
  }

  @Test
  void takesWhatTheAgentSends() throws IOException {
    List<String> refused = new ArrayList<>();
    int count = 0;
    try (Stream<Path> files = Files.list(GOLDENS)) {
      for (Path file : files.sorted().toList()) {
        JsonArray resources = new JsonArray(Files.readString(file));
        for (int i = 0; i < resources.size(); i++) {
          Any.Builder any = Any.newBuilder();
          JsonFormat.parser()
              .usingTypeRegistry(types())
              .merge(resources.getJsonObject(i).encode(), any);
          count++;
          if (parse(any.build()) instanceof Parsed.Rejected<?>(var problems)) {
            refused.add(file.getFileName() + "[" + i + "] " + problems);
          }
        }
      }
    }
    assertThat(refused).isEmpty();
    assertThat(count).isGreaterThan(10);
  }
}
