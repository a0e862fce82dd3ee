package dev.weft.agent.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.attest.WellKnown;
import dev.weft.agent.compile.ResourceType;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.identity.SpiffeId;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent's port on a real socket with real mutual TLS. */
class AgentPortTest {
  private static final String PAYMENTS = "spiffe://east.demo/ns/default/sa/payments";

  private static final String ORDERS = "spiffe://east.demo/ns/default/sa/orders";

  @TempDir Path data;
  private AgentUnderTest agent;

  @BeforeEach
  void start() throws Exception {
    agent = new AgentUnderTest(data, "east");
  }

  @AfterEach
  void stop() throws Exception {
    agent.close();
  }

  @Test
  void fromTokenToEndpoints() throws Exception {
    try (TestNode node = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS).open()) {
      agent.register("payments", "payments-1", 9001);
      agent.state.settle().toCompletableFuture().get(60, TimeUnit.SECONDS);
      var announced = TestNode.sidecar("payments-1", 15006, 15002, 9001).build();
      node.subscribe(announced, ResourceType.CLUSTER);
      DeltaDiscoveryResponse clusters = node.next(ResourceType.CLUSTER);
      assertThat(names(clusters)).contains("payments.default");

      node.subscribe(announced, ResourceType.LISTENER);
      node.subscribe(announced, ResourceType.ENDPOINTS, "payments.default");
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> {
            var endpoints = endpoints(node.next(ResourceType.ENDPOINTS));
            assertThat(endpoints.getEndpointsList()).hasSize(1);
            var endpoint = endpoints.getEndpoints(0).getLbEndpoints(0);
            assertThat(endpoint.getEndpoint().getAddress().getSocketAddress().getPortValue())
                .isEqualTo(15006);
            assertThat(
                    endpoint
                        .getMetadata()
                        .getFilterMetadataOrThrow("weft")
                        .getFieldsOrThrow("sni")
                        .getStringValue())
                .isEqualTo("payments-1.9001.payments.default.east.demo");
          });
    }
  }

  @Test
  void nobodyIsSentToAnInstanceBeforeItsSidecarHasTheListener() throws Exception {
    try (TestNode node = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS).open()) {
      agent.register("payments", "payments-1", 9001);
      var announced = TestNode.sidecar("payments-1", 15006, 15002, 9001).build();
      node.subscribe(announced, ResourceType.LISTENER);
      DeltaDiscoveryResponse listener = node.responses.poll(20, TimeUnit.SECONDS);
      while (!names(listener).contains("inbound")) {
        node.acknowledge(listener);
        listener = node.responses.poll(20, TimeUnit.SECONDS);
      }
      node.subscribe(announced, ResourceType.ENDPOINTS, "payments.default");
      assertThat(endpoints(node.next(ResourceType.ENDPOINTS)).getEndpointsList()).isEmpty();
      node.acknowledge(listener);
      assertThat(endpoints(node.next(ResourceType.ENDPOINTS)).getEndpointsList()).hasSize(1);
    }
  }

  @Test
  void aSidecarThatConnectsAgainServesWhatItDid() throws Exception {
    var announced = TestNode.sidecar("payments-1", 15006, 15002, 9001).build();
    agent.register("payments", "payments-1", 9001);
    try (TestNode node = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS)) {
      node.open().subscribe(announced, ResourceType.LISTENER);
      while (!names(node.next()).contains("inbound")) {}
      awaitServed(Set.of("9001.payments.default.east.demo"));
      // Its first answers name an older version and then refuse the new one.
      node.open()
          .send(
              DeltaDiscoveryRequest.newBuilder()
                  .setNode(announced)
                  .setTypeUrl(ResourceType.LISTENER.typeUrl())
                  .putInitialResourceVersions("inbound", "older"));
      DeltaDiscoveryResponse listeners = node.responses.poll(20, TimeUnit.SECONDS);
      assertThat(names(listeners)).contains("inbound");
      node.send(
          DeltaDiscoveryRequest.newBuilder()
              .setTypeUrl(listeners.getTypeUrl())
              .setResponseNonce(listeners.getNonce())
              .setErrorDetail(
                  com.google.rpc.Status.newBuilder().setCode(3).setMessage("inbound: no")));
      await().until(() -> agent.xds.nacks() == 1);
      assertThat(agent.state.current().served().get("payments-1"))
          .containsExactly("9001.payments.default.east.demo");
      // With the application gone nothing is served any more.
      agent.state.submit(
          new Delta.ServiceInstances(new ServiceKey("default", "payments"), List.of()));
      awaitServed(Set.of());
    }
  }

  private void awaitServed(Set<String> names) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> names.equals(agent.state.current().served().get("payments-1")));
  }

  @Test
  void aChangeSendsOnlyWhatChangedAndRemovalsAreTold() throws Exception {
    try (TestNode node = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS).open()) {
      agent.register("payments", "payments-1", 9001);
      agent.register("orders", "orders-1", 8001);
      agent.state.settle().toCompletableFuture().get(60, TimeUnit.SECONDS);
      node.subscribe(TestNode.sidecar("caller", 15006, 15002).build(), ResourceType.CLUSTER);
      assertThat(names(node.next()))
          .containsExactlyInAnyOrder("payments.default", "orders.default");
      agent.register("users", "users-1", 7001);
      assertThat(names(node.next())).containsExactly("users.default");
      agent.state.submit(
          new Delta.ServiceInstances(new ServiceKey("default", "orders"), List.of()));
      assertThat(node.next().getRemovedResourcesList()).containsExactly("orders.default");
    }
  }

  @Test
  void whoAsksForEverythingIsAnsweredAlsoWhereThereIsNothing() throws Exception {
    try (TestNode node = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS).open()) {
      node.subscribe(TestNode.sidecar("caller", 15006, 15002).build(), ResourceType.CLUSTER);
      assertThat(node.next().getResourcesCount()).isZero();
      agent.register("payments", "payments-1", 9001);
      assertThat(names(node.next())).containsExactly("payments.default");
    }
  }

  @Test
  void aClientThatConnectsAgainIsSentOnlyWhatDiffers() throws Exception {
    agent.register("payments", "payments-1", 9001);
    agent.register("orders", "orders-1", 8001);
    agent.state.settle().toCompletableFuture().get(60, TimeUnit.SECONDS);
    try (TestNode node = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS)) {
      node.open().subscribe(TestNode.sidecar("caller", 15006, 15002).build(), ResourceType.CLUSTER);
      DeltaDiscoveryResponse first = node.next();
      String version =
          first.getResourcesList().stream()
              .filter(one -> one.getName().equals("payments.default"))
              .findAny()
              .orElseThrow()
              .getVersion();
      node.open()
          .send(
              DeltaDiscoveryRequest.newBuilder()
                  .setNode(TestNode.sidecar("caller", 15006, 15002))
                  .setTypeUrl(ResourceType.CLUSTER.typeUrl())
                  .putInitialResourceVersions("payments.default", version)
                  .putInitialResourceVersions("gone.default", "1"));
      DeltaDiscoveryResponse updates = node.next();
      assertThat(names(updates)).containsExactly("orders.default");
      assertThat(node.next().getRemovedResourcesList()).containsExactly("gone.default");
    }
  }

  @Test
  void aClientThatDoesNotReadHoldsUpNobody() throws Exception {
    try (TestNode slow = new TestNode(agent).enrol(agent.token("orders"), ORDERS);
        TestNode node = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS)) {
      // Never asks for a message: the transport's windows fill, then its stream is not ready.
      ClientCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call =
          slow.channel()
              .newCall(
                  AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod(),
                  CallOptions.DEFAULT);
      call.start(new ClientCall.Listener<>() {}, new Metadata());
      call.sendMessage(
          DeltaDiscoveryRequest.newBuilder()
              .setNode(TestNode.sidecar("slow", 16006, 16002))
              .setTypeUrl(ResourceType.CLUSTER.typeUrl())
              .build());
      node.open().subscribe(TestNode.sidecar("fast", 15006, 15002).build(), ResourceType.CLUSTER);
      node.next();
      for (int i = 0; i < 300; i++) {
        agent.register("service-" + i, "service-" + i, 9001);
      }
      Set<String> seen = new HashSet<>();
      while (seen.size() < 300) {
        seen.addAll(names(node.next()));
      }
      call.cancel("enough", null);
    }
  }

  @Test
  void aNackIsShownAndDoesNotStopTheStream() throws Exception {
    try (TestNode node = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS).open()) {
      agent.register("payments", "payments-1", 9001);
      agent.state.settle().toCompletableFuture().get(60, TimeUnit.SECONDS);
      node.subscribe(TestNode.sidecar("caller", 15006, 15002).build(), ResourceType.CLUSTER);
      DeltaDiscoveryResponse response = node.responses.poll(60, TimeUnit.SECONDS);
      node.send(
          DeltaDiscoveryRequest.newBuilder()
              .setTypeUrl(response.getTypeUrl())
              .setResponseNonce(response.getNonce())
              .setErrorDetail(
                  com.google.rpc.Status.newBuilder()
                      .setCode(3)
                      .setMessage("payments.default: no")));
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() ->
              assertThat(agent.xds.proxies().toCompletableFuture().get(60, TimeUnit.SECONDS))
                  .singleElement()
                  .satisfies(proxy ->
                      assertThat(proxy.types().getFirst().nack())
                          .isEqualTo("payments.default: no")));
      agent.register("users", "users-1", 7001);
      assertThat(names(node.next())).containsExactly("users.default");
    }
  }

  @Test
  void withoutCertificateOnlySigningIsOpen() throws Exception {
    try (TestNode node = new TestNode(agent)) {
      node.open().subscribe(TestNode.sidecar("x", 1, 2).build(), ResourceType.CLUSTER);
      assertThat(Status.fromThrowable(node.error()).getCode())
          .isEqualTo(Status.Code.UNAUTHENTICATED);
    }
  }

  @Test
  void anAnnouncementIsBelievedAsFarAsTheCertificateGoes() throws Exception {
    try (TestNode node = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS)) {
      var gateway = TestNode.node("g", java.util.Map.of("role", TestNode.text("gateway"))).build();
      node.open().subscribe(gateway, ResourceType.LISTENER);
      Status refused = Status.fromThrowable(node.error());
      assertThat(refused.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
      assertThat(refused.getDescription()).contains("node.metadata.weft.role");

      var other =
          TestNode.node("o", java.util.Map.of("service_account", TestNode.text("orders"))).build();
      node.open().subscribe(other, ResourceType.LISTENER);
      assertThat(Status.fromThrowable(node.error()).getDescription())
          .contains("node.metadata.weft.service_account");

      var malformed =
          TestNode.node("m", java.util.Map.of("inbound", TestNode.text("host:99999"))).build();
      node.open().subscribe(malformed, ResourceType.LISTENER);
      Status invalid = Status.fromThrowable(node.error());
      assertThat(invalid.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(invalid.getDescription()).contains("node.metadata.weft.inbound");
    }
  }

  @Test
  void aNodeIdBelongsToOneIdentity() throws Exception {
    try (TestNode one = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS);
        TestNode two =
            new TestNode(agent)
                .enrol(agent.token("orders"), "spiffe://east.demo/ns/default/sa/orders")) {
      agent.register("payments", "payments-1", 9001);
      one.open().subscribe(TestNode.sidecar("same", 15006, 15002).build(), ResourceType.CLUSTER);
      one.next();
      two.open().subscribe(TestNode.sidecar("same", 15016, 15012).build(), ResourceType.CLUSTER);
      assertThat(Status.fromThrowable(two.error()).getCode())
          .isEqualTo(Status.Code.PERMISSION_DENIED);
    }
  }

  @Test
  void signingRefusesWhatIsNotAttested() throws Exception {
    String token = agent.token("payments");
    try (TestNode node = new TestNode(agent)) {
      assertCode(
          Status.Code.PERMISSION_DENIED,
          () ->
              node.sign(
                  token,
                  TestNode.csr(node.key, TestNode.uri("spiffe://east.demo/ns/default/sa/orders"))));
      assertCode(
          Status.Code.INVALID_ARGUMENT,
          () ->
              node.sign(
                  token,
                  TestNode.csr(
                      node.key,
                      TestNode.uri(PAYMENTS),
                      TestNode.uri("spiffe://east.demo/ns/default/sa/orders"))));
      assertCode(
          Status.Code.UNAUTHENTICATED,
          () ->
              node.sign(
                  "weft_0000000000000000_" + "A".repeat(43),
                  TestNode.csr(node.key, TestNode.uri(PAYMENTS))));
      assertCode(
          Status.Code.UNAUTHENTICATED,
          () -> node.sign("", TestNode.csr(node.key, TestNode.uri(PAYMENTS))));
      assertCode(Status.Code.INVALID_ARGUMENT, () -> node.sign(token, new byte[] {1, 2, 3}));
    }
  }

  @Test
  void aCertificateRenewsItselfAndNothingElse() throws Exception {
    try (TestNode node = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS)) {
      assertThat(node.sign("", TestNode.csr(node.key, TestNode.uri(PAYMENTS))).getChainCount())
          .isEqualTo(2);
      assertCode(
          Status.Code.PERMISSION_DENIED,
          () ->
              node.sign(
                  "",
                  TestNode.csr(
                      node.key, TestNode.uri("spiffe://east.demo/ns/weft-system/sa/agent"))));
    }
  }

  @Test
  void aPeersCertificateOpensNothingButFederation() throws Exception {
    try (AgentUnderTest west = new AgentUnderTest(data.resolve("west"), "west");
        TestNode node = new TestNode(agent)) {
      SpiffeId westAgent = WellKnown.agent(west.authority.trustDomain());
      node.present(west.authority, westAgent);
      node.open().subscribe(TestNode.sidecar("x", 1, 2).build(), ResourceType.CLUSTER);
      assertThat(Status.fromThrowable(node.error()).getCode())
          .as("a stranger presents nothing that is asked for, or fails in the handshake")
          .isIn(Status.Code.UNAUTHENTICATED, Status.Code.UNAVAILABLE);

      agent.peerWith(west, "west");
      node.present(west.authority, westAgent);
      node.open().subscribe(TestNode.sidecar("x", 1, 2).build(), ResourceType.CLUSTER);
      assertThat(Status.fromThrowable(node.error()).getCode())
          .isEqualTo(Status.Code.PERMISSION_DENIED);
      assertCode(
          Status.Code.PERMISSION_DENIED,
          () -> node.sign("", TestNode.csr(node.key, TestNode.uri(westAgent.uri()))));
    }
  }

  @Test
  void announcementsOutliveTheAgent() throws Exception {
    try (TestNode node = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS)) {
      agent.register("payments", "payments-1", 9001);
      node.open()
          .subscribe(
              TestNode.sidecar("payments-1", 15006, 15002, 9001).build(), ResourceType.CLUSTER);
      node.next();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() ->
              new ResourceStore(data.resolve("resources")).get("nodes", "payments-1").isPresent());
    }
    agent.close();
    agent = new AgentUnderTest(data, "east");
    var state = agent.state.settle().toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertThat(state.nodes()).containsKey("payments-1");
    assertThat(state.enrolments()).hasSize(1);
  }

  private static void assertCode(
      Status.Code code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).as(e.getMessage()).isEqualTo(code));
  }

  private static List<String> names(DeltaDiscoveryResponse response) {
    return response.getResourcesList().stream().map(Resource::getName).toList();
  }

  private static ClusterLoadAssignment endpoints(DeltaDiscoveryResponse response) throws Exception {
    return response.getResources(0).getResource().unpack(ClusterLoadAssignment.class);
  }
}
