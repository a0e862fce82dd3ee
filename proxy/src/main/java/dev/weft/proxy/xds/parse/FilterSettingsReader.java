package dev.weft.proxy.xds.parse;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.Problems;
import dev.weft.policy.xds.StringMatcherCodec;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.Fraction;
import dev.weft.proxy.config.RouteFilter;
import dev.weft.proxy.http.codec.HttpChars;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code typed_per_filter_config}, and the filters that it is for. */
final class FilterSettingsReader {
  private FilterSettingsReader() {}

  /**
   * What holds within a level.
   *
   * @param above what holds around it
   */
  static Map<String, RouteFilter> read(
      Map<String, Any> protos, Map<String, RouteFilter> above, Problems problems) {
    Map<String, RouteFilter> filters = new HashMap<>(above);
    Problems at = problems.field("typed_per_filter_config");
    protos.forEach((name, any) -> {
      RouteFilter own = filter(any, at.entry(name));
      RouteFilter before = above.get(name);
      filters.put(name, before == null ? own : merged(own, before));
    });
    return Map.copyOf(filters);
  }

  private static RouteFilter merged(RouteFilter own, RouteFilter above) {
    if (own.settings() == null) {
      // It takes part or not; what it does is said above.
      return new RouteFilter(above.settings(), own.disabled());
    }
    if (own.settings() instanceof FilterSettings.ExtAuthzRoute route
        && above.settings() instanceof FilterSettings.ExtAuthzRoute around) {
      return new RouteFilter(route.over(around), own.disabled());
    }
    return own.settings() instanceof FilterSettings.CorsPolicy policy
            && above.settings() instanceof FilterSettings.CorsPolicy around
        ? new RouteFilter(policy.over(around), own.disabled())
        : own;
  }

  private static RouteFilter filter(Any any, Problems problems) {
    Message message = TypedConfigs.unpack(any);
    if (!(message instanceof FilterConfig wrapped)) {
      return new RouteFilter(settings(message, problems), false);
    }
    if (!wrapped.hasConfig() || (wrapped.getIsOptional() && !known(wrapped))) {
      return new RouteFilter(null, wrapped.getDisabled());
    }
    Message inner = TypedConfigs.unpack(wrapped.getConfig());
    return new RouteFilter(settings(inner, problems.field("config")), wrapped.getDisabled());
  }

  private static boolean known(FilterConfig wrapped) {
    return TypedConfigs.isKnown(wrapped.getConfig());
  }

  private static @Nullable FilterSettings settings(@Nullable Message message, Problems problems) {
    return switch (message) {
      // FieldCheck has reported it already.
      case null -> null;
      case CorsPolicy cors -> cors(cors, problems);
      case HTTPFault fault -> FaultReader.read(fault, problems);
      case PerRouteConfig jwt -> JwtReader.read(jwt, problems);
      case RBACPerRoute rbac -> RbacReader.route(rbac, problems);
      case ExtAuthzPerRoute authz -> ExtAuthzReader.route(authz, problems);
      default -> {
        problems.add(
            "expected a CorsPolicy, an HTTPFault, a PerRouteConfig, an RBACPerRoute,"
                + " an ExtAuthzPerRoute or a FilterConfig");
        yield null;
      }
    };
  }

  private static FilterSettings cors(CorsPolicy proto, Problems problems) {
    List<StringMatcher> origins = new ArrayList<>();
    Problems at = problems.field("allow_origin_string_match");
    for (int i = 0; i < proto.getAllowOriginStringMatchCount(); i++) {
      StringMatcher matcher =
          StringMatcherCodec.decode(proto.getAllowOriginStringMatch(i), at.item(i));
      if (matcher != null) {
        origins.add(matcher);
      }
    }
    return new FilterSettings.CorsPolicy(
        origins,
        value(proto.getAllowMethods(), problems.field("allow_methods")),
        value(proto.getAllowHeaders(), problems.field("allow_headers")),
        value(proto.getExposeHeaders(), problems.field("expose_headers")),
        value(proto.getMaxAge(), problems.field("max_age")),
        flag(proto.hasAllowCredentials(), proto.getAllowCredentials()),
        flag(proto.hasAllowPrivateNetworkAccess(), proto.getAllowPrivateNetworkAccess()),
        flag(proto.hasForwardNotMatchingPreflights(), proto.getForwardNotMatchingPreflights()),
        proto.hasFilterEnabled()
            ? RouteMatchReader.fraction(proto.getFilterEnabled(), problems.field("filter_enabled"))
            : Fraction.ALL);
  }

  private static String value(String text, Problems problems) {
    if (text.length() > 4096 || !HttpChars.isValue(text)) {
      problems.add("is not a header value: " + Texts.quoted(text));
    }
    return text;
  }

  private static @Nullable Boolean flag(boolean set, BoolValue value) {
    return set ? (Boolean) value.getValue() : null;
  }
}
