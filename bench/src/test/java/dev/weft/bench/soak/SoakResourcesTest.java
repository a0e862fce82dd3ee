package dev.weft.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.bench.peer.Resources;
import dev.weft.bench.soak.SoakResources.Applications;
import dev.weft.bench.soak.SoakResources.Host;
import dev.weft.proxy.xds.parse.Parsed;
import dev.weft.proxy.xds.parse.ResourceParser;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A soak of resources that the nodes refuse would be one of something else. */
class SoakResourcesTest {
  @Test
  void theProxyTakesWhatEveryRoundSays() throws Exception {
    List<Resources.Named> all = new ArrayList<>();
    all.addAll(SoakResources.orders(1, 2, 3, Path.of("failures.log")));
    all.addAll(SoakResources.payments(1, 2, new Applications(3, 4, 5)));
    all.addAll(SoakResources.gateway(1));
    all.addAll(SoakResources.withoutApplications());
    all.add(SoakResources.endpoints("near.default", 9001, List.of()));
    all.add(SoakResources.endpoints("near.default", 9001, List.of(new Host("payments-1", 1))));
    all.add(SoakResources.exported(List.of(new Host("payments-1", 1), new Host("payments-2", 2))));
    for (int round = 0; round < 24; round++) {
      all.add(SoakResources.routes(round));
    }
    for (Resources.Named one : all) {
      assertThat(parsed(one)).as(one.name()).isInstanceOf(Parsed.Accepted.class);
    }
  }

  private static Parsed<?> parsed(Resources.Named one) throws Exception {
    if (one.resource().is(Listener.class)) {
      return ResourceParser.listener(one.resource().unpack(Listener.class));
    }
    if (one.resource().is(Cluster.class)) {
      return ResourceParser.upstream(one.resource().unpack(Cluster.class));
    }
    if (one.resource().is(ClusterLoadAssignment.class)) {
      return ResourceParser.endpoints(one.resource().unpack(ClusterLoadAssignment.class));
    }
    return ResourceParser.routes(one.resource().unpack(RouteConfiguration.class));
  }
}
