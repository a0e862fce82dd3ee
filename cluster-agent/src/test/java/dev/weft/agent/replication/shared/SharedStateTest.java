package dev.weft.agent.replication.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.attest.Enrolments;
import dev.weft.agent.ca.CertificateAuthority;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.replication.infinispan.InfinispanMaps;
import dev.weft.agent.state.Delta;
import dev.weft.agent.store.ResourceStore;
import dev.weft.agent.xds.NodeArchive;
import dev.weft.policy.identity.SpiffeId;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One replica: from a delta through the caches into the state, and over restarts. */
class SharedStateTest {
  @TempDir Path data;
  private Replica replica;

  @BeforeEach
  void start() throws Exception {
    replica = new Replica(InfinispanMaps.single(), data, SharedStateTest::now);
    replica.shared.lead();
  }

  @AfterEach
  void stop() throws Exception {
    replica.close();
  }

  @Test
  void whatGoesThroughTheCachesArrivesWhole() throws Exception {
    Instance instance = Replica.instance("payments", Evidence.Health.WARNING, now() - 5_000);
    NodeAnnouncement sidecar = Replica.node("payments-1");
    NodeAnnouncement gateway =
        new NodeAnnouncement(
            "gateway",
            NodeAnnouncement.Role.GATEWAY,
            new SpiffeId(Replica.DOMAIN, "weft-system", "gateway"),
            null,
            null,
            Set.of(),
            new Address("127.0.0.1", 15443),
            new Address("::1", 15443),
            Set.of());
    replica.register(instance);
    replica.enrol("payments");
    replica.shared.submit(new Delta.NodeUp(sidecar));
    replica.shared.submit(new Delta.NodeServes("gateway", Set.of()));
    replica.shared.submit(new Delta.NodeUp(gateway));
    replica.shared.submit(new Delta.NodeServes("gateway", Set.of("payments.default.east.demo")));
    replica.settle();

    Instance arrived = replica.instances("payments").get("payments-1");
    assertThat(arrived.sameForTraffic(instance)).isTrue();
    assertThat(arrived.evidence().source()).isEqualTo(Evidence.Source.REGISTRY_CHECK);
    assertThat(arrived.evidence().detail()).isEqualTo("HTTP GET: 200 OK");
    assertThat(now() - arrived.evidence().atMillis()).isBetween(5_000L, 20_000L);
    assertThat(replica.state.current().nodes().values())
        .containsExactlyInAnyOrder(sidecar, gateway);
    assertThat(replica.state.current().served())
        .containsOnly(Map.entry("gateway", Set.of("payments.default.east.demo")));
    assertThat(replica.state.current().enrolments().values().iterator().next().services())
        .containsExactly("payments");
  }

  @Test
  void ofManyChangesTheLastOneCountsAndNoneIsLost() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      replica.register(
          Replica.instance(
              "s" + i % 100, i < 1_900 ? Evidence.Health.CRITICAL : Evidence.Health.PASSING, 0));
    }
    for (int i = 0; i < 50; i++) {
      replica.deregister("s" + i);
    }
    replica.settle();
    assertThat(replica.state.current().instances()).hasSize(50);
    for (int i = 50; i < 100; i++) {
      assertThat(replica.evidence("s" + i).value()).isEqualTo(Evidence.Health.PASSING);
    }
    assertThat(replica.shared.waiting()).isZero();
  }

  @Test
  void aNodeWhoseStreamEndedIsForgottenAfterItsHoldAndItsLeaseToo() throws Exception {
    replica.shared.submit(new Delta.NodeUp(Replica.node("a")));
    replica.shared.submit(new Delta.NodeUp(Replica.node("b")));
    replica.shared.submit(new Delta.NodeDown("a"));
    replica.settle();
    assertThat(replica.state.current().nodes()).containsOnlyKeys("a", "b");
    await().until(() -> replica.state.current().nodes().keySet().equals(Set.of("b")));
    // One that comes back within its hold stays.
    replica.shared.submit(new Delta.NodeDown("b"));
    replica.shared.submit(new Delta.NodeUp(Replica.node("b")));
    await()
        .during(Replica.HOLD.multipliedBy(2))
        .until(() -> replica.state.current().nodes().containsKey("b"));
  }

  @Test
  void aRestartReadsTheAuthorityIntoTheCachesAndFromThereIntoTheState() throws Exception {
    ResourceStore store = new ResourceStore(data);
    SpiffeId payments = new SpiffeId(Replica.DOMAIN, "default", "payments");
    enrolments(store).record(payments, Set.of("payments"));
    NodeArchive archive = new NodeArchive(store, replica.shared);
    replica.settle();
    archive.follow(replica.state);
    replica.shared.submit(new Delta.NodeUp(Replica.node("payments-1")));
    await().until(() -> store.get("nodes", "payments-1").isPresent());
    archive.close();
    replica.close();

    start();
    enrolments(store);
    NodeArchive again = new NodeArchive(store, replica.shared);
    replica.settle();
    again.follow(replica.state);
    assertThat(replica.state.current().enrolments()).containsOnlyKeys(payments);
    assertThat(replica.state.current().nodes()).containsOnlyKeys("payments-1");
    // It has no stream, and is forgotten, on disk too, when its hold is over.
    await()
        .until(() ->
            replica.state.current().nodes().isEmpty()
                && store.get("nodes", "payments-1").isEmpty());
    again.close();
  }

  @Test
  void whatHasItsOwnWayIntoTheStateIsRefused() {
    assertThatThrownBy(() -> replica.shared.submit(new Delta.Peers(List.of())))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anEnrolmentThatIsOverLeavesTheStateAndWhatTheAuthorityDoesNotKnowToo() throws Exception {
    replica.enrol("payments");
    replica.enrol("orders");
    replica.settle();
    assertThat(replica.state.current().enrolments()).hasSize(2);
    replica.shared.submit(
        new Delta.EnrolmentEnded(new SpiffeId(Replica.DOMAIN, "default", "payments")));
    replica.settle();
    assertThat(replica.state.current().enrolments()).hasSize(1);

    replica.shared.lead();
    replica.enrol("billing");
    replica.shared.enrolmentsComplete();
    await()
        .until(() ->
            replica.state.current().enrolments().keySet().stream()
                .map(SpiffeId::serviceAccount)
                .toList()
                .equals(List.of("billing")));
  }

  private Enrolments enrolments(ResourceStore store) throws Exception {
    return new Enrolments(
        store, replica.shared, InstantSource.system(), CertificateAuthority.DEFAULT_TTL);
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }
}
