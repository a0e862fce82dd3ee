package dev.weft.proxy.xds.parse;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;

/** For tests that go over resources of all types and their fields. */
public final class AnyResource {
  private AnyResource() {}

  /** What the proxy makes of one. */
  public static Parsed<?> parse(Message resource) {
    return switch (resource) {
      case Listener listener -> ResourceParser.listener(listener);
      case RouteConfiguration routes -> ResourceParser.routes(routes);
      case Cluster cluster -> ResourceParser.upstream(cluster);
      case ClusterLoadAssignment endpoints -> ResourceParser.endpoints(endpoints);
      case Secret secret -> ResourceParser.validation(secret);
      default -> throw new IllegalArgumentException(resource.getDescriptorForType().getFullName());
    };
  }

  /**
   * Some value for a field, which is not its default.
   *
   * @param builder of the message that has the field
   */
  public static Object value(Message.Builder builder, FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case INT -> 1;
      case LONG -> 1L;
      case FLOAT -> 1f;
      case DOUBLE -> 1d;
      case BOOLEAN -> true;
      case STRING -> "x";
      case BYTE_STRING -> ByteString.copyFromUtf8("x");
      case ENUM -> field.getEnumType().getValues().getLast();
      case MESSAGE -> {
        Message.Builder nested = builder.newBuilderForField(field);
        if (field.isMapField()) {
          FieldDescriptor key = nested.getDescriptorForType().findFieldByNumber(1);
          nested.setField(key, value(nested, key));
        }
        yield nested.buildPartial();
      }
    };
  }
}
