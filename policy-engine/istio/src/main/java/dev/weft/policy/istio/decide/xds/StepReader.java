package dev.weft.policy.istio.decide.xds;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.istio.compile.AuthorizationFilters;
import dev.weft.policy.istio.compile.ChainPolicies;
import dev.weft.policy.istio.compile.Destination;
import dev.weft.policy.istio.compile.TokenFilter;
import dev.weft.policy.jwt.JwtPolicy;
import dev.weft.policy.match.MetadataMatcher;
import dev.weft.policy.xds.JwtCodec;
import dev.weft.policy.xds.MetadataMatcherCodec;
import dev.weft.policy.xds.Problems;
import dev.weft.policy.xds.RbacCodec;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compiles what holds for a workload to Envoy's filters and reads these as a sidecar does. What
 * cannot be read is a bug of the compiler: {@link IllegalStateException}.
 */
public final class StepReader {
  private static final String ASK = "authorization.ask.";

  private StepReader() {}

  /** The filters of what holds for a workload, in their order. */
  public static List<Step> read(ChainPolicies policies, Destination destination) {
    List<Step> steps = new ArrayList<>();
    try {
      if (destination.http()) {
        for (HttpFilter filter : AuthorizationFilters.http(policies, destination)) {
          steps.add(http(filter));
        }
      } else {
        for (Filter filter : AuthorizationFilters.network(policies, destination)) {
          steps.add(network(filter));
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a filter that was just written cannot be parsed", e);
    }
    return steps;
  }

  private static Step http(HttpFilter filter) throws InvalidProtocolBufferException {
    Any config = filter.getTypedConfig();
    Problems problems = Problems.at(filter.getName());
    if (config.is(JwtAuthentication.class)) {
      JwtPolicy<String> policy =
          JwtCodec.decode(config.unpack(JwtAuthentication.class), StepReader::prefix, problems);
      return new Step.Tokens(read(policy, problems), !filter.getName().equals(TokenFilter.LOOK));
    }
    if (config.is(ExtAuthz.class)) {
      MetadataMatcher when =
          MetadataMatcherCodec.decode(
              config.unpack(ExtAuthz.class).getFilterEnabledMetadata(), problems);
      return new Step.Ask(provider(filter.getName()), read(when, problems));
    }
    var rbac = config.unpack(io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.class);
    return new Step.Rules(
        filter.getName(),
        rules(rbac.hasRules(), rbac.getRules(), RbacCodec.Layer.HTTP, problems),
        rules(rbac.hasShadowRules(), rbac.getShadowRules(), RbacCodec.Layer.HTTP, problems),
        rbac.getShadowRulesStatPrefix());
  }

  private static String provider(String filter) {
    return filter.startsWith(ASK) ? filter.substring(ASK.length()) : filter;
  }

  private static Step network(Filter filter) throws InvalidProtocolBufferException {
    Any config = filter.getTypedConfig();
    Problems problems = Problems.at(filter.getName());
    if (config.is(io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz.class)) {
      var asks =
          config.unpack(io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz.class);
      MetadataMatcher when = MetadataMatcherCodec.decode(asks.getFilterEnabledMetadata(), problems);
      return new Step.Ask(provider(filter.getName()), read(when, problems));
    }
    var rbac = config.unpack(io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.class);
    return new Step.Rules(
        filter.getName(),
        rules(rbac.hasRules(), rbac.getRules(), RbacCodec.Layer.NETWORK, problems),
        rules(rbac.hasShadowRules(), rbac.getShadowRules(), RbacCodec.Layer.NETWORK, problems),
        rbac.getShadowRulesStatPrefix());
  }

  private static @Nullable RbacPolicy rules(
      boolean there, RBAC proto, RbacCodec.Layer layer, Problems problems) {
    return there ? read(RbacCodec.decode(proto, layer, problems), problems) : null;
  }

  private static <T> T read(@Nullable T decoded, Problems problems) {
    if (decoded == null) {
      throw new IllegalStateException("a compiled filter cannot be read: " + problems.found());
    }
    return decoded;
  }

  private static @Nullable String prefix(RouteMatch match, Problems problems) {
    problems.refuseAllBut(match, Set.of("prefix"));
    return match.hasPrefix() ? match.getPrefix() : null;
  }
}
