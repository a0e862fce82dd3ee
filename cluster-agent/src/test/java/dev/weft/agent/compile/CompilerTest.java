package dev.weft.agent.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.weft.agent.model.Evidence.Health;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshStateBuilder;
import dev.weft.policy.failover.FailoverPolicy;
import dev.weft.policy.failover.FailoverPolicy.OnStale;
import dev.weft.policy.failover.FailoverPolicy.Target;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CompilerTest {
  private static final NodeAnnouncement CALLER =
      MeshStateBuilder.node("caller", "orders", 15006, true);

  private final MeshStateBuilder mesh =
      new MeshStateBuilder()
          .instance("payments", "payments-1", 9001, Health.PASSING)
          .sidecar("payments-1", "payments", 15106, 9001)
          .peers("west")
          .imported("west", "payments", 9001, Health.PASSING);
  private final Compiler compiler = new Compiler();

  @Test
  void localComesFirstAndPeersNext() throws Exception {
    assertThat(payments().getEndpointsList())
        .extracting(group -> group.getPriority() + " " + group.getLocality().getSubZone())
        .containsExactly("0 east", "1 west");
  }

  @Test
  void aStalePeerIsUnknownAndLast() throws Exception {
    mesh.policy(
        "payments",
        new FailoverPolicy(
            List.of(new Target.Cluster("west"), new Target.Local()), 70, OnStale.LAST_RESORT));
    assertThat(payments().getEndpoints(0).getLocality().getSubZone()).isEqualTo("west");
    mesh.after(5_000);
    ClusterLoadAssignment stale = payments();
    assertThat(stale.getEndpointsList())
        .extracting(group -> group.getLocality().getSubZone())
        .containsExactly("east", "west");
    assertThat(stale.getEndpoints(1).getLbEndpoints(0).getHealthStatus())
        .isEqualTo(HealthStatus.UNKNOWN);
  }

  @Test
  void aStalePeerIsLeftOutWhereThePolicySaysSo() throws Exception {
    mesh.policy(
        "payments",
        new FailoverPolicy(List.of(new Target.Local(), new Target.Any()), 70, OnStale.EXCLUDE));
    mesh.after(5_000);
    assertThat(payments().getEndpointsList()).hasSize(1);
  }

  @Test
  void anUnhealthyInstanceStaysInItsPlace() throws Exception {
    mesh.instance("payments", "payments-1", 9001, Health.CRITICAL);
    LocalityLbEndpoints local = payments().getEndpoints(0);
    assertThat(local.getPriority()).isZero();
    assertThat(local.getLbEndpoints(0).getHealthStatus()).isEqualTo(HealthStatus.UNHEALTHY);
  }

  @Test
  void whatNoSidecarFrontsIsNotRoutedTo() throws Exception {
    mesh.instance("payments", "payments-2", 9002, Health.PASSING);
    assertThat(payments().getEndpoints(0).getLbEndpointsCount()).isEqualTo(1);
  }

  @Test
  void whatItsSidecarDoesNotServeYetIsNotRoutedToButGetsItsListener() throws Exception {
    NodeAnnouncement fronting = MeshStateBuilder.node("payments-1", "payments", 15106, true, 9001);
    mesh.with(new Delta.NodeServes("payments-1", Set.of()));
    assertThat(payments().getEndpointsList())
        .allSatisfy(group -> assertThat(group.getLocality().getSubZone()).isNotEqualTo("east"));
    assertThat(get(fronting, ResourceType.LISTENER, "inbound", Listener.class).toString())
        .contains("9001.payments.default.east.demo");
    mesh.with(new Delta.NodeServes("payments-1", Set.of("9001.payments.default.east.demo")));
    assertThat(payments().getEndpoints(0).getLocality().getSubZone()).isEqualTo("east");
  }

  @Test
  void aNodeThatWentAwayIsKeptForItsHoldTime() throws Exception {
    mesh.with(new Delta.NodeDown("payments-1")).after(29_999);
    assertThat(payments().getEndpoints(0).getLocality().getSubZone()).isEqualTo("east");
    mesh.after(1).with(new Delta.PeerHeard("west", 30_000));
    assertThat(payments().getEndpointsList())
        .singleElement()
        .satisfies(group -> assertThat(group.getLocality().getSubZone()).isEqualTo("west"));
  }

  @Test
  void thresholdBecomesOverprovisioning() throws Exception {
    mesh.policy("payments", new FailoverPolicy(List.of(new Target.Local()), 70, OnStale.USE));
    assertThat(payments().getPolicy().getOverprovisioningFactor().getValue()).isEqualTo(143);
  }

  @Test
  void onlyTheExportsConsumersMayConnectFromElsewhere() throws Exception {
    NodeAnnouncement fronting = MeshStateBuilder.node("payments-1", "payments", 15106, true, 9001);
    assertThat(get(fronting, ResourceType.LISTENER, "inbound", Listener.class).toString())
        .doesNotContain("west.demo");
    mesh.exported("payments", "west");
    assertThat(get(fronting, ResourceType.LISTENER, "inbound", Listener.class).toString())
        .contains("spiffe://west.demo/");
  }

  @Test
  void theShortNameIsForTheCallersNamespace() throws Exception {
    RouteConfiguration routes =
        get(CALLER, ResourceType.ROUTES, "outbound", RouteConfiguration.class);
    assertThat(routes.getVirtualHosts(0).getDomainsList())
        .containsExactly(
            "payments.mesh", "payments.default.mesh", "payments.default.svc.clusterset.local");
  }

  @Test
  void aChangeCompilesOnlyWhatItTouches() {
    mesh.instance("users", "users-1", 7001, Health.PASSING)
        .sidecar("users-1", "users", 15206, 7001);
    compileAll();
    long before = compiler.compiled();
    Resource users = endpoints("users.default");
    Resource upstream = compiler.resources(CALLER, ResourceType.CLUSTER).get("payments.default");

    mesh.instance("payments", "payments-1", 9001, Health.CRITICAL);
    compileAll();

    assertThat(compiler.compiled() - before).as("endpoints of payments").isEqualTo(1);
    assertThat(endpoints("users.default")).isSameAs(users);
    assertThat(compiler.resources(CALLER, ResourceType.CLUSTER).get("payments.default"))
        .isSameAs(upstream);
  }

  @Test
  void renewedEvidenceCompilesNothing() {
    compileAll();
    long before = compiler.compiled();
    ResourceSet endpoints = compiler.resources(CALLER, ResourceType.ENDPOINTS);
    mesh.after(1_000).instance("payments", "payments-1", 9001, Health.PASSING);
    compileAll();
    assertThat(compiler.compiled()).isEqualTo(before);
    assertThat(compiler.resources(CALLER, ResourceType.ENDPOINTS).shared())
        .isSameAs(endpoints.shared());
  }

  @Test
  void nodesOfOneClassShareTheirResources() {
    compileAll();
    NodeAnnouncement other = MeshStateBuilder.node("other", "users", 16006, true);
    assertThat(compiler.resources(other, ResourceType.CLUSTER).shared())
        .isSameAs(compiler.resources(CALLER, ResourceType.CLUSTER).shared());
  }

  @Test
  void aNameThatTheMeshCannotSpeakHarmsNoOther() throws Exception {
    mesh.instance("Pay ments", "x", 9003, Health.PASSING);
    assertThat(payments().getEndpointsList()).hasSize(2);
  }

  @Test
  void importsOfAPeerThatIsNotConfiguredAreNotUsed() throws Exception {
    mesh.with(new Delta.Peers(List.of()));
    assertThat(payments().getEndpointsList()).hasSize(1);
    assertThat(
            get(CALLER, ResourceType.CLUSTER, "payments.default", Cluster.class)
                .getTransportSocketMatchesList())
        .hasSize(1);
  }

  private void compileAll() {
    compiler.update(mesh.build());
    for (ResourceType type : ResourceType.values()) {
      compiler.resources(CALLER, type);
    }
  }

  private Resource endpoints(String name) {
    return compiler.resources(CALLER, ResourceType.ENDPOINTS).get(name);
  }

  private ClusterLoadAssignment payments() throws InvalidProtocolBufferException {
    return get(CALLER, ResourceType.ENDPOINTS, "payments.default", ClusterLoadAssignment.class);
  }

  private <T extends Message> T get(
      NodeAnnouncement node, ResourceType type, String name, Class<T> message)
      throws InvalidProtocolBufferException {
    compiler.update(mesh.build());
    return compiler.resources(node, type).get(name).body().unpack(message);
  }
}
