package dev.weft.agent.compile.route;

import com.google.protobuf.Any;
import dev.weft.agent.compile.wire.Wire;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.model.ServiceRoute.Match;
import dev.weft.agent.model.ServiceRoute.Then;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
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
import org.jspecify.annotations.Nullable;

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

  /**
   * What one virtual host depends on. Times in milliseconds, 0: no end.
   *
   * @param callersDeadline whether a request takes as long as its {@code grpc-timeout} says, at
   *     most its timeout
   */
  public record Host(
      ServiceKey service,
      long requestTimeoutMillis,
      long perTryTimeoutMillis,
      boolean callersDeadline) {}

  /**
   * A rule in front of a service's own routes.
   *
   * @param then {@code null}: answers 503
   */
  public record Rule(String name, Match match, Then.@Nullable To then) {}

  /**
   * One service as seen by callers.
   *
   * @param rules tried in order before the service's own routes
   * @param sameNamespace whether the caller's namespace is the service's, which gives it the short
   *     name
   */
  public static VirtualHost compile(Host host, List<Rule> rules, boolean sameNamespace) {
    ServiceKey service = host.service();
    VirtualHost.Builder virtual = VirtualHost.newBuilder().setName(service.upstreamName());
    if (sameNamespace) {
      virtual.addDomains(service.name() + ".mesh");
    }
    virtual
        .addDomains(service.name() + "." + service.namespace() + ".mesh")
        .addDomains(service.name() + "." + service.namespace() + ".svc.clusterset.local");
    for (Rule rule : rules) {
      RouteMatch match = RuleMatches.of(rule.match());
      String name = service.upstreamName() + "/" + rule.name();
      if (rule.then() == null) {
        virtual.addRoutes(
            Route.newBuilder()
                .setName(name)
                .setMatch(match)
                .setDirectResponse(DirectResponseAction.newBuilder().setStatus(503)));
      } else {
        RouteAction action = RuleMatches.action(rule.then());
        addBoth(virtual, host, name, action, rule.then().timeoutMillis(), match);
      }
    }
    RouteAction action = RouteAction.newBuilder().setCluster(service.upstreamName()).build();
    RouteMatch all = RouteMatch.newBuilder().setPrefix("/").build();
    addBoth(virtual, host, service.upstreamName(), action, -1, all);
    return virtual.build();
  }

  /** What may be repeated, then the rest. */
  private static void addBoth(
      VirtualHost.Builder virtual,
      Host host,
      String name,
      RouteAction action,
      long timeoutMillis,
      RouteMatch match) {
    virtual
        .addRoutes(
            route(host, name + "/repeatable", action, timeoutMillis, REPEATABLE)
                .setMatch(idempotent(match)))
        .addRoutes(
            route(host, name + "/unreached-only", action, timeoutMillis, UNREACHED_ONLY)
                .setMatch(match));
  }

  /** Those of them that may be repeated by their method. */
  static RouteMatch idempotent(RouteMatch match) {
    return match.toBuilder()
        .addHeaders(
            HeaderMatcher.newBuilder()
                .setName(":method")
                .setStringMatch(
                    StringMatcher.newBuilder()
                        .setSafeRegex(RegexMatcher.newBuilder().setRegex(IDEMPOTENT))))
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

  /**
   * A route without its match.
   *
   * @param timeoutMillis negative: the host's
   */
  static Route.Builder route(
      Host host, String name, RouteAction to, long timeoutMillis, String retryOn) {
    long timeout = timeoutMillis < 0 ? host.requestTimeoutMillis() : timeoutMillis;
    RouteAction.Builder action =
        to.toBuilder()
            .setTimeout(Wire.millis(timeout))
            .setRetryPolicy(retries(retryOn, host.perTryTimeoutMillis()));
    if (host.callersDeadline()) {
      action.setMaxStreamDuration(
          RouteAction.MaxStreamDuration.newBuilder()
              .setMaxStreamDuration(Wire.millis(timeout))
              .setGrpcTimeoutHeaderMax(Wire.millis(timeout)));
    }
    return Route.newBuilder().setName(name).setRoute(action).addResponseHeadersToRemove(UNREACHED);
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
