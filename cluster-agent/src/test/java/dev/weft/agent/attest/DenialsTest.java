package dev.weft.agent.attest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.compile.ResourceType;
import dev.weft.agent.store.ResourceStore;
import dev.weft.agent.xds.AgentUnderTest;
import dev.weft.agent.xds.TestNode;
import dev.weft.policy.identity.SpiffeId;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.rbac.v3.RBAC.Action;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DenialsTest {
  private static final String PAYMENTS = "spiffe://east.demo/ns/default/sa/payments";
  private static final String ORDERS = "spiffe://east.demo/ns/default/sa/orders";
  private static final Denial.Identity STOLEN = new Denial.Identity(SpiffeId.parse(ORDERS));

  @TempDir private Path directory;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void aDenialOutlivesTheAgentAndIsTakenBack() throws Exception {
    ResourceStore store = new ResourceStore(directory);
    Denials denials = open(store);
    Denial first = denials.deny(STOLEN, "lost laptop").orElseThrow();
    assertThat(denials.deny(STOLEN, "again").orElseThrow()).isEqualTo(first);
    Denials again = open(store);
    assertThat(again.all()).containsExactly(first);
    assertThat(again.holds(STOLEN.identity())).isTrue();
    assertThat(again.allow(first.id())).isTrue();
    assertThat(again.allow(first.id())).isFalse();
    assertThat(open(store).all()).isEmpty();
  }

  @Test
  void aCertificateIsForgottenWhenItHasEndedAnIdentityIsNot() throws Exception {
    ResourceStore store = new ResourceStore(directory);
    Denials denials = open(store);
    BigInteger serial = Denials.serial("0A:FF").orElseThrow();
    denials.deny(new Denial.Serial(serial), "");
    denials.deny(STOLEN, "");
    SpiffeId payments = SpiffeId.parse(PAYMENTS);
    assertThat(denials.refuses(payments, serial, true)).isTrue();
    // Another authority's serial numbers are its own.
    assertThat(denials.refuses(payments, serial, false)).isFalse();
    assertThat(denials.refused()).isEqualTo(1);
    now = now.plus(Duration.ofHours(49));
    denials.expire();
    assertThat(denials.all()).extracting(Denial::subject).containsExactly(STOLEN);
    assertThat(open(store).all()).hasSize(1);
  }

  @Test
  void theListIsShort() throws Exception {
    Denials denials = open(new ResourceStore(directory));
    for (int i = 0; i < Denials.MOST; i++) {
      denials.deny(new Denial.Serial(BigInteger.valueOf(i)), "");
    }
    assertThat(denials.deny(STOLEN, "")).isEmpty();
    assertThat(Denials.serial("not a number")).isEqualTo(Optional.empty());
  }

  @Test
  void whoIsDeniedIsLetInByNobody() throws Exception {
    try (AgentUnderTest agent = new AgentUnderTest(directory, "east");
        TestNode payments = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS).open();
        TestNode orders = new TestNode(agent).enrol(agent.token("orders"), ORDERS).open()) {
      agent.register("payments", "payments-1", 9001);
      payments.subscribe(
          TestNode.sidecar("payments-1", 15006, 15002, 9001).build(), ResourceType.LISTENER);
      Listener before = inbound(payments);
      orders.subscribe(TestNode.sidecar("orders-1", 15007, 15003).build(), ResourceType.CLUSTER);
      await().until(() -> agent.state.current().nodes().containsKey("orders-1"));

      agent.denials.deny(STOLEN, "stolen");
      Listener after = inbound(payments);
      assertThat(after.getFilterChains(0).getFiltersCount())
          .isEqualTo(before.getFilterChains(0).getFiltersCount() + 1);
      RBAC deny = after.getFilterChains(0).getFilters(0).getTypedConfig().unpack(RBAC.class);
      assertThat(deny.getRules().getAction()).isEqualTo(Action.DENY);
      assertThat(deny.getRules().getPoliciesMap()).containsOnlyKeys(ORDERS);

      assertThat(Status.fromThrowable(orders.error()).getCode())
          .isEqualTo(Status.Code.PERMISSION_DENIED);
      assertRefused(() -> orders.sign("", TestNode.csr(orders.key, TestNode.uri(ORDERS))));
      try (TestNode another = new TestNode(agent)) {
        String token = agent.token("orders");
        assertRefused(() -> another.sign(token, TestNode.csr(another.key, TestNode.uri(ORDERS))));
      }
      agent.denials.allow(agent.denials.all().getFirst().id());
      assertThat(inbound(payments)).isEqualTo(before);
      assertThat(orders.sign("", TestNode.csr(orders.key, TestNode.uri(ORDERS)))).isNotNull();
    }
  }

  @Test
  void oneCertificateIsDeniedAndNoOtherOfItsIdentity() throws Exception {
    try (AgentUnderTest agent = new AgentUnderTest(directory, "east");
        TestNode stolen = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS);
        TestNode good = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS)) {
      agent.denials.deny(new Denial.Serial(stolen.chain.getFirst().getSerialNumber()), "");
      assertRefused(() -> stolen.sign("", TestNode.csr(stolen.key, TestNode.uri(PAYMENTS))));
      assertThat(good.sign("", TestNode.csr(good.key, TestNode.uri(PAYMENTS)))).isNotNull();
    }
  }

  private static Listener inbound(TestNode node) throws Exception {
    while (true) {
      DeltaDiscoveryResponse response = node.next(ResourceType.LISTENER);
      for (var resource : response.getResourcesList()) {
        if (resource.getName().equals("inbound")) {
          return resource.getResource().unpack(Listener.class);
        }
      }
    }
  }

  private interface Call {
    void run() throws Exception;
  }

  private static void assertRefused(Call call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused ->
                assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
  }

  private Denials open(ResourceStore store) throws Exception {
    return new Denials(store, () -> now, Duration.ofHours(24));
  }
}
