package dev.weft.agent.compile.route;

import com.google.protobuf.Any;
import dev.weft.agent.compile.wire.Wire;
import dev.weft.agent.model.ServiceKey;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;

/**
 * {@code outbound}: a virtual host per service, two routes each, so that what may be repeated is
 * plain configuration that any data plane obeys (docs/adr/0003).
 */
public final class OutboundRoutes {
  /** Its name. */
  public static final String NAME = "outbound";

  private static final String UNREACHED = "x-weft-unreached";
  private static final String IDEMPOTENT = "GET|HEAD|OPTIONS|TRACE|PUT|DELETE";
  private static final String REPEATABLE =
      "connect-failure,refused-stream,reset,gateway-error,retriable-headers";
  private static final String UNREACHED_ONLY =
      "connect-failure,refused-stream,reset-before-request,retriable-headers";

  private OutboundRoutes() {}

  /** What one virtual host depends on. Times in milliseconds. */
  public record Host(ServiceKey service, long requestTimeoutMillis, long perTryTimeoutMillis) {}

  /**
   * One service as seen by callers.
   *
   * @param sameNamespace whether the caller's namespace is the service's, which gives it the short
   *     name
   */
  public static VirtualHost compile(Host host, boolean sameNamespace) {
    ServiceKey service = host.service();
    VirtualHost.Builder virtual = VirtualHost.newBuilder().setName(service.upstreamName());
    if (sameNamespace) {
      virtual.addDomains(service.name() + ".mesh");
    }
    return virtual
        .addDomains(service.name() + "." + service.namespace() + ".mesh")
        .addDomains(service.name() + "." + service.namespace() + ".svc.clusterset.local")
        .addRoutes(
            route(host, "repeatable", REPEATABLE)
                .setMatch(
                    RouteMatch.newBuilder()
                        .setPrefix("/")
                        .addHeaders(
                            HeaderMatcher.newBuilder()
                                .setName(":method")
                                .setStringMatch(
                                    StringMatcher.newBuilder()
                                        .setSafeRegex(
                                            RegexMatcher.newBuilder().setRegex(IDEMPOTENT))))))
        .addRoutes(
            route(host, "unreached-only", UNREACHED_ONLY)
                .setMatch(RouteMatch.newBuilder().setPrefix("/")))
        .build();
  }

  /** All of them. */
  public static RouteConfiguration assemble(List<VirtualHost> hosts) {
    return RouteConfiguration.newBuilder()
        .setName(NAME)
        .setIgnorePortInHostMatching(true)
        .addAllVirtualHosts(hosts)
        .build();
  }

  private static Route.Builder route(Host host, String kind, String retryOn) {
    return Route.newBuilder()
        .setName(host.service().upstreamName() + "/" + kind)
        .setRoute(
            RouteAction.newBuilder()
                .setCluster(host.service().upstreamName())
                .setTimeout(Wire.millis(host.requestTimeoutMillis()))
                .setRetryPolicy(retries(retryOn, host.perTryTimeoutMillis())))
        .addResponseHeadersToRemove(UNREACHED);
  }

  private static RetryPolicy retries(String retryOn, long perTryTimeoutMillis) {
    return RetryPolicy.newBuilder()
        .setRetryOn(retryOn)
        .setNumRetries(Wire.number(3))
        .setPerTryTimeout(Wire.millis(perTryTimeoutMillis))
        .addRetriableHeaders(HeaderMatcher.newBuilder().setName(UNREACHED).setPresentMatch(true))
        .addRetryHostPredicate(
            RetryPolicy.RetryHostPredicate.newBuilder()
                .setName("envoy.retry_host_predicates.previous_hosts")
                .setTypedConfig(Any.pack(PreviousHostsPredicate.getDefaultInstance())))
        .setRetryPriority(
            RetryPolicy.RetryPriority.newBuilder()
                .setName("envoy.retry_priorities.previous_priorities")
                .setTypedConfig(
                    Any.pack(PreviousPrioritiesConfig.newBuilder().setUpdateFrequency(2).build())))
        .setHostSelectionRetryMaxAttempts(5)
        .setRetryBackOff(
            RetryPolicy.RetryBackOff.newBuilder()
                .setBaseInterval(Wire.millis(5))
                .setMaxInterval(Wire.millis(50)))
        .build();
  }
}
