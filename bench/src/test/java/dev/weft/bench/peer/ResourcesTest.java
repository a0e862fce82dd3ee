package dev.weft.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.xds.parse.Parsed;
import dev.weft.proxy.xds.parse.ResourceParser;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A resource that Weft's proxy refuses would be measured as something else. */
class ResourcesTest {

  @Test
  void theProxyTakesAllTemplates() throws Exception {
    for (List<Resources.Named> all :
        List.of(
            Resources.outbound("http1", 1, 2, "roots"),
            Resources.outbound("http2", 1, 2, "roots"),
            Resources.outbound("mtls", 1, 2, "roots"),
            Resources.inbound(1, 2, "roots"),
            Resources.policy(1, 2, "roots", new TokenIssuer().keys()),
            Resources.tcp(1, 2, "roots"))) {
      for (Resources.Named one : all) {
        if (one.resource().is(Listener.class)) {
          accepted(ResourceParser.listener(one.resource().unpack(Listener.class)));
        } else if (one.resource().is(Cluster.class)) {
          accepted(ResourceParser.upstream(one.resource().unpack(Cluster.class)));
        } else if (one.resource().is(RouteConfiguration.class)) {
          accepted(ResourceParser.routes(one.resource().unpack(RouteConfiguration.class)));
        }
        assertThat(one.name()).isNotEmpty();
      }
    }
  }

  private static void accepted(Parsed<?> parsed) {
    assertThat(parsed).isInstanceOf(Parsed.Accepted.class);
  }
}
