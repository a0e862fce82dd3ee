package dev.weft.proxy.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.weft.parts.Part;
import dev.weft.proxy.oracle.Corpus.Refusal;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What Weft refuses Envoy refuses too, except for the fields in {@code weft-only.txt}, each with
 * its reason. The wrong values are made from the cases and from the limits in the documentation.
 */
class RefusalOracleTest {

  /**
   * Sizes of tables, and a pause of nothing between attempts: Envoy takes as much time and memory
   * as it is told, and answers nothing else.
   */
  private static final Set<String> LARGE =
      Set.of(
          "JwksAsyncFetch.failed_refetch_duration",
          "MaglevLbConfig.table_size",
          "RingHashLbConfig.minimum_ring_size",
          "RingHashLbConfig.maximum_ring_size");

  @Test
  void envoyRefusesWhatWeftRefuses() {
    Path binary = Part.ENVOY.required();
    List<Refusal> refusals =
        new Corpus()
            .refusals().stream()
                .filter(one -> !(one.resource() instanceof Secret))
                .filter(one -> !LARGE.contains(one.field()))
                .filter(one -> !endsEnvoy(one))
                .toList();
    List<Message> wrapped = new ArrayList<>();
    for (Refusal refusal : refusals) {
      wrapped.add(wrapped(refusal, "refused-" + wrapped.size()));
    }
    Map<String, TreeSet<String>> taken = new TreeMap<>();
    try (RefusalControlPlane control = new RefusalControlPlane(wrapped);
        EnvoySubject envoy = EnvoySubject.start(binary, control.port())) {
      await()
          .atMost(Duration.ofSeconds(120))
          .until(() -> !envoy.runs() || control.answers().size() == wrapped.size());
      assertThat(envoy.runs()).as("Envoy lives:\n%s", envoy.log()).isTrue();
      control
          .answers()
          .forEach((place, answer) -> {
            if (answer.isEmpty()) {
              Refusal refusal = refusals.get(place);
              taken.computeIfAbsent(refusal.field(), f -> new TreeSet<>()).add(refusal.how());
            }
          });
    }
    TreeSet<String> listed = new TreeSet<>();
    CaseFiles.lines("weft-only.txt").forEach(line -> listed.add(line.split(": ", 2)[0]));
    assertThat(taken.keySet())
        .as("what Envoy takes and Weft does not: %s", taken)
        .isEqualTo(listed);
  }

  /** A malformed template in RBAC: nobody in Envoy catches what it throws for it. */
  private static boolean endsEnvoy(Refusal refusal) {
    return refusal.field().equals("UriTemplateMatchConfig.path_template")
        && refusal.resource().toString().contains("RBACPerRoute");
  }

  private static Message wrapped(Refusal refusal, String name) {
    boolean unnamed = refusal.field().endsWith(".name") || refusal.field().endsWith("cluster_name");
    return switch (refusal.resource()) {
      case Listener listener when unnamed -> listener;
      case Listener listener -> listener.toBuilder().setName(name).build();
      case Cluster cluster when unnamed -> cluster;
      case Cluster cluster -> cluster.toBuilder().setName(name).build();
      case RouteConfiguration routes -> inline(routes, name);
      case ClusterLoadAssignment endpoints ->
          Cluster.newBuilder().setName(name).setLoadAssignment(endpoints).build();
      default -> throw new IllegalArgumentException(refusal.toString());
    };
  }

  private static Listener inline(RouteConfiguration routes, String name) {
    HttpConnectionManager.Builder http =
        HttpConnectionManager.newBuilder()
            .setStatPrefix(name)
            .addHttpFilters(
                HttpFilter.newBuilder()
                    .setName("router")
                    .setTypedConfig(Any.pack(Router.getDefaultInstance())))
            .setRouteConfig(
                routes.toBuilder().setValidateClusters(com.google.protobuf.BoolValue.of(false)));
    Listener.Builder listener =
        Listener.newBuilder()
            .setName(name)
            .addFilterChains(
                FilterChain.newBuilder()
                    .addFilters(
                        Filter.newBuilder()
                            .setName("http")
                            .setTypedConfig(Any.pack(http.build()))));
    listener.getAddressBuilder().getSocketAddressBuilder().setAddress("127.0.0.1").setPortValue(0);
    return listener.build();
  }
}
