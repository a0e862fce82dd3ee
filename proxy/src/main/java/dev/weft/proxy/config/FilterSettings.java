package dev.weft.proxy.config;

import dev.weft.policy.jwt.JwtPolicy;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.StringMatcher;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an HTTP filter does, in a connection manager or on a route. */
public sealed interface FilterSettings {

  /** CORS in a connection manager: routes say what is allowed. */
  record Cors() implements FilterSettings {}

  /**
   * {@code envoy.extensions.filters.http.cors.v3.CorsPolicy}.
   *
   * @param allowOrigins one has to accept the origin
   * @param allowMethods as sent; {@code *}: what is asked for; empty: nothing is said
   * @param allowHeaders the same
   * @param exposeHeaders as sent; empty: nothing is said
   * @param maxAge seconds, as sent; empty: nothing is said
   * @param allowCredentials {@code null}: unset, no
   * @param privateNetwork {@code null}: unset, no
   * @param forwardOthers whether preflights of other origins go to the upstream; {@code null}:
   *     unset, yes
   * @param enabled for which share of the requests
   */
  record CorsPolicy(
      List<StringMatcher> allowOrigins,
      String allowMethods,
      String allowHeaders,
      String exposeHeaders,
      String maxAge,
      @Nullable Boolean allowCredentials,
      @Nullable Boolean privateNetwork,
      @Nullable Boolean forwardOthers,
      Fraction enabled)
      implements FilterSettings {
    public CorsPolicy {
      allowOrigins = List.copyOf(allowOrigins);
    }

    /** What is unset here is that of the level above; whether it is enabled is not. */
    public CorsPolicy over(CorsPolicy above) {
      return new CorsPolicy(
          allowOrigins.isEmpty() ? above.allowOrigins : allowOrigins,
          allowMethods.isEmpty() ? above.allowMethods : allowMethods,
          allowHeaders.isEmpty() ? above.allowHeaders : allowHeaders,
          exposeHeaders.isEmpty() ? above.exposeHeaders : exposeHeaders,
          maxAge.isEmpty() ? above.maxAge : maxAge,
          allowCredentials == null ? above.allowCredentials : allowCredentials,
          privateNetwork == null ? above.privateNetwork : privateNetwork,
          forwardOthers == null ? above.forwardOthers : forwardOthers,
          enabled);
    }
  }

  /** {@code envoy.extensions.filters.http.rbac.v3.RBAC}, in a connection manager or on a route. */
  record Rbac(RbacRules rules) implements FilterSettings {}

  /**
   * {@code envoy.extensions.filters.http.fault.v3.HTTPFault}: a delay, then an abort, or a slow
   * answer.
   *
   * @param headers all have to match
   * @param maxActive faults at the same time in the process; -1: any number
   */
  record Fault(
      @Nullable Delay delay,
      @Nullable Abort abort,
      @Nullable Rate rate,
      List<HeaderMatcher> headers,
      int maxActive)
      implements FilterSettings {
    public Fault {
      headers = List.copyOf(headers);
    }
  }

  /** {@code envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication}. */
  record Jwt(JwtPolicy<Route.Match> policy) implements FilterSettings {}

  /**
   * {@code envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig}: on routes only.
   *
   * @param requirement the entry of {@link JwtPolicy#requirements} that counts; empty: none has to
   *     be met
   */
  record JwtRoute(String requirement) implements FilterSettings {
    /** Whether nothing has to be there. */
    public boolean disabled() {
      return requirement.isEmpty();
    }
  }

  /** {@code envoy.extensions.filters.http.ext_authz.v3.ExtAuthz}. */
  record ExtAuthz(ExtAuthzSettings settings) implements FilterSettings {}

  /**
   * {@code envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute}: on routes only.
   *
   * @param extensions told to the service, by name
   * @param bodiless whether the service does not get bodies
   * @param body how much of them it gets; {@code null}: as the filter says
   */
  record ExtAuthzRoute(
      boolean disabled,
      Map<String, String> extensions,
      boolean bodiless,
      ExtAuthzSettings.@Nullable Body body)
      implements FilterSettings {
    /** Nothing is said. */
    public static final ExtAuthzRoute NONE = new ExtAuthzRoute(false, Map.of(), false, null);

    public ExtAuthzRoute {
      extensions = Map.copyOf(extensions);
    }

    /** These with the extensions of the level above that they do not replace. */
    public ExtAuthzRoute over(ExtAuthzRoute above) {
      Map<String, String> all = new HashMap<>(above.extensions);
      all.putAll(extensions);
      return new ExtAuthzRoute(disabled, all, bodiless, body);
    }
  }

  /**
   * A delay before a request goes on.
   *
   * @param fixed {@code null}: as {@code x-envoy-fault-delay-request} says, in milliseconds
   * @param share of the requests; a header may lower it where the delay comes by header
   */
  record Delay(@Nullable Duration fixed, Fraction share) {}

  /**
   * An answer instead of the upstream's.
   *
   * @param status HTTP status; 0: by header or as gRPC status
   * @param grpcStatus -1: none
   * @param byHeader whether {@code x-envoy-fault-abort-request} or {@code
   *     x-envoy-fault-abort-grpc-request} decides
   */
  record Abort(int status, int grpcStatus, boolean byHeader, Fraction share) {}

  /**
   * How fast an answer's body is passed on.
   *
   * @param kbps KiB per second; 0: as {@code x-envoy-fault-throughput-response} says
   * @param share of the requests; a header may lower it where the rate comes by header
   */
  record Rate(long kbps, Fraction share) {
    /** More than any network has; as bytes still a number. */
    public static final long MOST_KBPS = 1L << 40;
  }
}
