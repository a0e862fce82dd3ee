package dev.weft.agent.attest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.compile.ResourceType;
import dev.weft.agent.model.DeniedPeers;
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
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
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
  void aDamagedDenialStillDeniesWhomItMeans() throws Exception {
    ResourceStore store = new ResourceStore(directory);
    open(store).deny(STOLEN, "lost laptop");
    damage(text -> text.replace("lost", "mist"));
    Denials again = open(store);
    assertThat(again.all())
        .extracting(Denial::subject)
        .as("proved by its id")
        .containsExactly(STOLEN);
    assertThat(again.denied()).isEqualTo(new DeniedPeers(Set.of(STOLEN.identity()), true));

    damage(text -> text.substring(0, 40));
    Denials lost = open(store);
    assertThat(lost.all()).isEmpty();
    assertThat(lost.unreadable()).hasSize(1);
    assertThat(lost.denied()).isEqualTo(new DeniedPeers(Set.of(), false));
    assertThat(lost.holds(STOLEN.identity())).isTrue();
    assertThat(lost.refuses(STOLEN.identity(), BigInteger.ONE, true)).isTrue();
    assertThat(lost.refuses(SpiffeId.parse(PAYMENTS), BigInteger.ONE, true)).isFalse();

    // Who is known here is recognized, and the file is whole from then on.
    lost.recognize(List.of(new Denial.Identity(SpiffeId.parse(PAYMENTS)), STOLEN));
    assertThat(lost.denied()).isEqualTo(new DeniedPeers(Set.of(STOLEN.identity()), true));
    assertThat(open(store).all()).extracting(Denial::subject).containsExactly(STOLEN);
  }

  @Test
  void aDamagedDenialIsRepairedOrTakenBack() throws Exception {
    ResourceStore store = new ResourceStore(directory);
    BigInteger serial = Denials.serial("0A:FF").orElseThrow();
    open(store).deny(new Denial.Serial(serial), "");
    damage(text -> "");
    Denials lost = open(store);
    assertThat(lost.refuses(SpiffeId.parse(PAYMENTS), serial, true)).isTrue();
    lost.deny(new Denial.Serial(serial), "again");
    assertThat(open(store).unreadable()).isEmpty();
    assertThat(open(store).all()).hasSize(1);

    damage(text -> "");
    Denials again = open(store);
    assertThat(again.allow(again.unreadable().keySet().iterator().next())).isTrue();
    assertThat(again.denied()).isEqualTo(DeniedPeers.NONE);
    assertThat(open(store).denied()).isEqualTo(DeniedPeers.NONE);
  }

  @Test
  void whileADenialCannotBeReadNobodyOfAnotherTrustDomainIsLetIn() throws Exception {
    try (AgentUnderTest agent = new AgentUnderTest(directory, "east")) {
      agent.denials.deny(new Denial.Identity(SpiffeId.parse("spiffe://west.demo/ns/a/sa/b")), "");
    }
    damageIn(directory.resolve("resources"), text -> "");
    try (AgentUnderTest agent = new AgentUnderTest(directory, "east");
        TestNode payments = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS).open()) {
      agent.register("payments", "payments-1", 9001);
      payments.subscribe(
          TestNode.sidecar("payments-1", 15006, 15002, 9001).build(), ResourceType.LISTENER);
      RBAC deny =
          inbound(payments).getFilterChains(0).getFilters(0).getTypedConfig().unpack(RBAC.class);
      assertThat(deny.getRules().getPoliciesMap()).containsOnlyKeys("unreadable-denials");
      assertThat(
              deny.getRules()
                  .getPoliciesOrThrow("unreadable-denials")
                  .getPrincipals(0)
                  .getNotId()
                  .getAuthenticated()
                  .getPrincipalName()
                  .getPrefix())
          .isEqualTo("spiffe://east.demo/");

      agent.denials.allow(agent.denials.unreadable().keySet().iterator().next());
      assertThat(
              inbound(payments)
                  .getFilterChains(0)
                  .getFilters(0)
                  .getTypedConfig()
                  .unpack(RBAC.class)
                  .getRules()
                  .getAction())
          .isEqualTo(Action.ALLOW);
    }
  }

  private void damage(UnaryOperator<String> how) throws IOException {
    damageIn(directory, how);
  }

  private static void damageIn(Path store, UnaryOperator<String> how) throws IOException {
    try (Stream<Path> files = Files.list(store.resolve("denials"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.writeString(file, how.apply(Files.readString(file)));
      }
    }
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
