package dev.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The agent's goldens are understood in full: the files are the contract between two modules that
 * never import each other.
 */
class CompiledByTheAgentTest {
  private static final JsonFormat.Parser PARSER =
      JsonFormat.parser()
          .usingTypeRegistry(
              TypeRegistry.newBuilder()
                  .add(
                      List.of(
                          Listener.getDescriptor(),
                          Cluster.getDescriptor(),
                          ClusterLoadAssignment.getDescriptor(),
                          RouteConfiguration.getDescriptor(),
                          Secret.getDescriptor()))
                  .add(TypedConfigs.known().stream().map(Message::getDescriptorForType).toList())
                  .build());

  static List<Path> goldens() throws IOException {
    Path directory =
        Path.of(Objects.requireNonNull(System.getProperty("weft.root"), "run by Maven"))
            .resolve("cluster-agent/src/test/java/dev/weft/agent/compile/golden");
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void isUnderstoodInFull(Path golden) throws IOException {
    for (String element : elements(Files.readString(golden))) {
      Any.Builder any = Any.newBuilder();
      PARSER.merge(element, any);
      assertThat(parse(any.build()))
          .as("%s: %s", golden.getFileName(), element)
          .isInstanceOf(Parsed.Accepted.class);
    }
  }

  private static Parsed<?> parse(Any any) throws IOException {
    if (any.is(Listener.class)) {
      return ResourceParser.listener(any.unpack(Listener.class));
    }
    if (any.is(Cluster.class)) {
      return ResourceParser.upstream(any.unpack(Cluster.class));
    }
    if (any.is(ClusterLoadAssignment.class)) {
      return ResourceParser.endpoints(any.unpack(ClusterLoadAssignment.class));
    }
    if (any.is(RouteConfiguration.class)) {
      return ResourceParser.routes(any.unpack(RouteConfiguration.class));
    }
    return ResourceParser.validation(any.unpack(Secret.class));
  }

  /**
   * The file is written with one element after the other, each beginning and ending with a brace of
   * its own line.
   */
  private static List<String> elements(String json) {
    String body = json.strip();
    body = body.substring(1, body.length() - 1).strip();
    return body.isEmpty() ? List.of() : List.of(body.split("(?<=\\n\\}),\\n"));
  }
}
