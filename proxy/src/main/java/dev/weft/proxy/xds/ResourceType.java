package dev.weft.proxy.xds;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.weft.policy.xds.Problem;
import dev.weft.proxy.xds.parse.Parsed;
import dev.weft.proxy.xds.parse.ResourceParser;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The resource types of the stream, in the order in which they are asked for: make before break.
 */
public enum ResourceType {
  CLUSTER("envoy.config.cluster.v3.Cluster", true),
  ENDPOINTS("envoy.config.endpoint.v3.ClusterLoadAssignment", false),
  SECRET("envoy.extensions.transport_sockets.tls.v3.Secret", false),
  LISTENER("envoy.config.listener.v3.Listener", true),
  ROUTES("envoy.config.route.v3.RouteConfiguration", false);

  private static final String PREFIX = "type.googleapis.com/";

  private final String url;
  private final boolean wildcard;

  ResourceType(String messageName, boolean wildcard) {
    this.url = PREFIX + messageName;
    this.wildcard = wildcard;
  }

  /** The type URL. */
  public String url() {
    return url;
  }

  /** Whether everything that the agent has is wanted, not named resources. */
  boolean wildcard() {
    return wildcard;
  }

  /** The name in metrics. */
  String label() {
    return switch (this) {
      case CLUSTER -> "cds";
      case ENDPOINTS -> "eds";
      case SECRET -> "sds";
      case LISTENER -> "lds";
      case ROUTES -> "rds";
    };
  }

  static Optional<ResourceType> ofUrl(String url) {
    for (ResourceType type : values()) {
      if (type.url.equals(url)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /**
   * Reads a resource.
   *
   * @param name what the response calls it; the resource has to agree
   */
  Parsed<Resource> parse(String name, Any any) {
    if (!any.getTypeUrl().equals(url)) {
      return rejected("expected a " + url);
    }
    try {
      return switch (this) {
        case CLUSTER -> {
          Cluster proto = read(Cluster.parser(), any);
          yield named(
              name, proto.getName(), ResourceParser.upstream(proto), Resource.OfUpstream::new);
        }
        case ENDPOINTS -> {
          ClusterLoadAssignment proto = read(ClusterLoadAssignment.parser(), any);
          yield named(
              name,
              proto.getClusterName(),
              ResourceParser.endpoints(proto),
              Resource.OfEndpoints::new);
        }
        case SECRET -> {
          Secret proto = read(Secret.parser(), any);
          yield named(
              name, proto.getName(), ResourceParser.validation(proto), Resource.OfValidation::new);
        }
        case LISTENER -> {
          Listener proto = read(Listener.parser(), any);
          yield named(
              name, proto.getName(), ResourceParser.listener(proto), Resource.OfListener::new);
        }
        case ROUTES -> {
          RouteConfiguration proto = read(RouteConfiguration.parser(), any);
          yield named(name, proto.getName(), ResourceParser.routes(proto), Resource.OfRoutes::new);
        }
      };
    } catch (InvalidProtocolBufferException e) {
      return rejected("is not a " + url);
    }
  }

  private static <M extends Message> M read(Parser<M> parser, Any any)
      throws InvalidProtocolBufferException {
    return parser.parseFrom(any.getValue());
  }

  private static <T> Parsed<Resource> named(
      String name, String actual, Parsed<T> parsed, Function<T, Resource> wrap) {
    return switch (parsed) {
      case Parsed.Rejected<T>(List<Problem> problems) -> new Parsed.Rejected<>(problems);
      case Parsed.Accepted<T>(T value) ->
          name.equals(actual)
              ? new Parsed.Accepted<>(wrap.apply(value))
              : rejected(
                  "the response calls it \"" + name + "\", it calls itself \"" + actual + "\"");
    };
  }

  private static Parsed<Resource> rejected(String message) {
    return new Parsed.Rejected<>(List.of(new Problem("", message)));
  }
}
