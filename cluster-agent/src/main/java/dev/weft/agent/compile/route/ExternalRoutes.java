package dev.weft.agent.compile.route;

import dev.weft.agent.compile.upstream.ExternalUpstream;
import dev.weft.agent.model.ServiceKey;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.List;

/**
 * Virtual hosts of servers outside of the mesh, with the time-outs and retries of services; but
 * what such a server says of whether a request arrived counts for nothing.
 */
public final class ExternalRoutes {
  private static final String REPEATABLE = "connect-failure,refused-stream,reset,gateway-error";
  private static final String UNREACHED_ONLY =
      "connect-failure,refused-stream,reset-before-request";

  private ExternalRoutes() {}

  /**
   * What one virtual host depends on. Times in milliseconds.
   *
   * @param name of the virtual host
   * @param authority the Host of what the server is sent
   */
  public record Slice(
      ServiceKey service,
      String name,
      List<String> domains,
      String authority,
      long requestTimeoutMillis,
      long perTryTimeoutMillis) {
    public Slice {
      domains = List.copyOf(domains);
    }
  }

  public static VirtualHost compile(Slice slice) {
    OutboundRoutes.Host host =
        new OutboundRoutes.Host(
            slice.service(), slice.requestTimeoutMillis(), slice.perTryTimeoutMillis(), false);
    RouteAction to =
        RouteAction.newBuilder()
            .setCluster(ExternalUpstream.name(slice.service()))
            .setHostRewriteLiteral(slice.authority())
            .build();
    RouteMatch all = RouteMatch.newBuilder().setPrefix("/").build();
    return VirtualHost.newBuilder()
        .setName(slice.name())
        .addAllDomains(slice.domains())
        .addRoutes(
            OutboundRoutes.route(host, slice.name() + "/repeatable", to, -1, REPEATABLE)
                .setMatch(OutboundRoutes.idempotent(all)))
        .addRoutes(
            OutboundRoutes.route(host, slice.name() + "/unreached-only", to, -1, UNREACHED_ONLY)
                .setMatch(all))
        .build();
  }
}
