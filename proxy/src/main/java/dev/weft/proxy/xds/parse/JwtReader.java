package dev.weft.proxy.xds.parse;

import dev.weft.policy.jwt.JwtPolicy;
import dev.weft.policy.xds.JwtCodec;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.Route;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig;
import org.jspecify.annotations.Nullable;

/** {@code envoy.filters.http.jwt_authn}, in a connection manager and on routes. */
final class JwtReader {
  private JwtReader() {}

  /** Reads one; {@code null} only when problems were added. */
  static FilterSettings.@Nullable Jwt read(JwtAuthentication proto, Problems problems) {
    JwtPolicy<Route.Match> policy = JwtCodec.decode(proto, JwtReader::match, problems);
    return policy == null ? null : new FilterSettings.Jwt(policy);
  }

  /** Who has to bring a token is no matter of chance, and Envoy does not look at these two. */
  private static Route.@Nullable Match match(RouteMatch proto, Problems problems) {
    if (proto.hasGrpc()) {
      problems.field("grpc").add("is not supported in rules of JwtAuthentication");
    }
    if (proto.hasRuntimeFraction()) {
      problems.field("runtime_fraction").add("is not supported in rules of JwtAuthentication");
    }
    return RouteMatchReader.read(proto, problems);
  }

  /** Reads one; what it returns counts only when no problems were added. */
  static FilterSettings.JwtRoute read(PerRouteConfig proto, Problems problems) {
    switch (proto.getRequirementSpecifierCase()) {
      case DISABLED -> {
        if (!proto.getDisabled()) {
          problems.field("disabled").add("must be true");
        }
      }
      case REQUIREMENT_NAME ->
          Texts.required(proto.getRequirementName(), problems.field("requirement_name"));
      case REQUIREMENTSPECIFIER_NOT_SET -> problems.add("disabled or requirement_name is required");
    }
    return new FilterSettings.JwtRoute(proto.getRequirementName());
  }
}
