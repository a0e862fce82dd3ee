package dev.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.ProtocolMessageEnum;
import dev.weft.v1.SignRequest;
import dev.weft.v1.SignResponse;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Generated protobuf classes look their accessors up by reflection, which a native image has to be
 * told of: every message that can be met, understood or not, because a field that is not understood
 * has to be seen to be refused. {@code WEFT_UPDATE=1} writes the file.
 */
final class NativeReflectionTest {
  private static final Path FILE =
      Path.of(
          System.getProperty("weft.root", ".."),
          "proxy/src/main/resources/META-INF/native-image/dev.weft/weft-proxy/reflect-config.json");

  private static TreeSet<String> classes() {
    Deque<Message> roots = new ArrayDeque<>(TypedConfigs.known());
    Stream.<Message>of(
            Listener.getDefaultInstance(),
            RouteConfiguration.getDefaultInstance(),
            Cluster.getDefaultInstance(),
            ClusterLoadAssignment.getDefaultInstance(),
            Secret.getDefaultInstance(),
            DeltaDiscoveryRequest.getDefaultInstance(),
            DeltaDiscoveryResponse.getDefaultInstance(),
            SignRequest.getDefaultInstance(),
            SignResponse.getDefaultInstance())
        .forEach(roots::add);
    TreeSet<String> names = new TreeSet<>();
    TreeSet<String> seen = new TreeSet<>();
    while (!roots.isEmpty()) {
      Message message = roots.remove();
      Descriptor type = message.getDescriptorForType();
      if (!seen.add(type.getFullName())) {
        continue;
      }
      names.add(message.getClass().getName());
      for (Method method : message.getClass().getDeclaredMethods()) {
        if (ProtocolMessageEnum.class.isAssignableFrom(method.getReturnType())) {
          names.add(method.getReturnType().getName());
        }
      }
      names.add(message.toBuilder().getClass().getName());
      for (FieldDescriptor field : type.getFields()) {
        if (field.isMapField()) {
          Message entry = message.toBuilder().newBuilderForField(field).build();
          FieldDescriptor value = entry.getDescriptorForType().findFieldByNumber(2);
          if (entry.getField(value) instanceof Message held) {
            roots.add(held);
          }
        } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
          roots.add(message.toBuilder().newBuilderForField(field).getDefaultInstanceForType());
        }
      }
    }
    return names;
  }

  @Test
  void namesEveryMessageThatCanBeMet() throws IOException {
    String content =
        classes().stream()
            .map(name -> "  {\"name\": \"" + name + "\", \"allDeclaredMethods\": true}")
            .collect(Collectors.joining(",\n", "[\n", "\n]\n"));
    if (System.getenv("WEFT_UPDATE") != null) {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, content);
    }
    assertThat(FILE).hasContent(content);
  }
}
