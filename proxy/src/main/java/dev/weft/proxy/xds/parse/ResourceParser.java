package dev.weft.proxy.xds.parse;

import com.google.protobuf.Message;
import dev.weft.policy.xds.Problem;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.TrustContext;
import dev.weft.proxy.config.UpstreamConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.util.List;
import java.util.function.BiFunction;

/** Entry points: one resource each. Total: never throws, whatever the resource holds. */
public final class ResourceParser {
  private ResourceParser() {}

  /** LDS. */
  public static Parsed<ListenerConfig> listener(Listener proto) {
    return parse(proto, ListenerReader::read);
  }

  /** RDS. */
  public static Parsed<RouteTable> routes(RouteConfiguration proto) {
    return parse(
        proto,
        (routes, problems) -> {
          Texts.required(routes.getName(), problems.field("name"));
          return RouteTableReader.read(routes, problems);
        });
  }

  /** CDS. */
  public static Parsed<UpstreamConfig> upstream(Cluster proto) {
    return parse(proto, UpstreamReader::read);
  }

  /** EDS. */
  public static Parsed<EndpointSet> endpoints(ClusterLoadAssignment proto) {
    return parse(proto, (assignment, problems) -> EndpointReader.read(assignment, "", problems));
  }

  /** SDS. */
  public static Parsed<TrustContext> validation(Secret proto) {
    return parse(proto, SecretReader::read);
  }

  private static <P extends Message, T> Parsed<T> parse(
      P proto, BiFunction<P, Problems, T> reader) {
    Problems problems = Problems.at("");
    FieldCheck.check(proto, problems);
    T value = reader.apply(proto, problems);
    if (problems.count() == 0) {
      return new Parsed.Accepted<>(value);
    }
    // The whole check and a reader may have met the same trouble.
    List<Problem> distinct = problems.found().stream().distinct().toList();
    return new Parsed.Rejected<>(distinct);
  }
}
