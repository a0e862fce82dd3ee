package dev.weft.agent.compile.route;

import dev.weft.agent.compile.wire.Wire;
import dev.weft.agent.model.ServiceRoute.Match;
import dev.weft.agent.model.ServiceRoute.Share;
import dev.weft.agent.model.ServiceRoute.Then;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.TreeMap;

/** Parts of a rule as Envoy's messages. Pure. */
final class RuleMatches {
  private RuleMatches() {}

  static RouteMatch of(Match match) {
    RouteMatch.Builder made = RouteMatch.newBuilder();
    String path = match.path();
    if (path == null || (path.equals("/") && !match.whole())) {
      made.setPrefix("/");
    } else if (match.whole()) {
      made.setPath(path);
    } else {
      made.setPathSeparatedPrefix(path);
    }
    if (!match.method().isEmpty()) {
      made.addHeaders(header(":method", match.method()));
    }
    new TreeMap<>(match.headers()).forEach((name, value) -> made.addHeaders(header(name, value)));
    return made.build();
  }

  private static HeaderMatcher header(String name, String value) {
    return HeaderMatcher.newBuilder()
        .setName(name)
        .setStringMatch(StringMatcher.newBuilder().setExact(value))
        .build();
  }

  static RouteAction action(Then.To to) {
    if (to.shares().size() == 1) {
      return RouteAction.newBuilder()
          .setCluster(to.shares().getFirst().service().upstreamName())
          .build();
    }
    WeightedCluster.Builder weighted = WeightedCluster.newBuilder();
    for (Share share : to.shares()) {
      weighted.addClusters(
          WeightedCluster.ClusterWeight.newBuilder()
              .setName(share.service().upstreamName())
              .setWeight(Wire.number(share.weight())));
    }
    return RouteAction.newBuilder().setWeightedClusters(weighted).build();
  }
}
