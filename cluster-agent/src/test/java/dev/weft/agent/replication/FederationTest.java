package dev.weft.agent.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.Evidence.Health;
import dev.weft.agent.model.Fingerprint;
import dev.weft.agent.model.ImportedService;
import dev.weft.agent.model.Peer;
import dev.weft.agent.model.PeerPhase;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.peering.PeersFile;
import dev.weft.patience.Patience;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clusters in one JVM over real sockets and real TLS. */
class FederationTest {

  @TempDir Path directory;
  TestCluster west;
  TestCluster east;

  @BeforeEach
  void open() throws Exception {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    west = new TestCluster("west", directory.resolve("west"));
    east = new TestCluster("east", directory.resolve("east"));
  }

  @AfterEach
  void close() throws Exception {
    west.close();
    east.close();
    Awaitility.reset();
    Awaitility.setDefaultTimeout(Patience.LIMIT);
  }

  @Test
  void whatIsExportedArrivesWithItsHealth() throws Exception {
    TestCluster.peer(west, east);
    west.register("payments", "payments-1", 9001, Health.PASSING);
    west.export("payments", "east");

    await().until(() -> health("payments").equals(Optional.of(Health.PASSING)));
    ImportedService imported = east.imported("west", "payments").orElseThrow();
    assertThat(imported.identity().uri()).isEqualTo("spiffe://west.demo/ns/default/sa/payments");
    assertThat(imported.instances().getFirst().sni())
        .isEqualTo("payments-1.9001.payments.default.west.demo");
    await().until(() -> east.phase("west") == PeerPhase.FRESH);

    west.register("payments", "payments-1", 9001, Health.CRITICAL);
    await().until(() -> health("payments").equals(Optional.of(Health.CRITICAL)));

    west.deregister("payments");
    await().until(() -> east.importedFrom("west").isEmpty());
    awaitAcknowledged();
  }

  @Test
  void aGatewayIsFoundByItsNameAndFollowedWhenItMoves() throws Exception {
    west.addPeer(east);
    west.register("payments", "payments-1", 9001, Health.PASSING);
    west.export("payments", "east");
    Path file = directory.resolve("peers.yaml");
    Files.writeString(
        file,
        "peers: [{cluster: west, bundle: west/ca/bundle.pem, gateways: [\"gateway.west:"
            + west.gateway.address().port()
            + "\"]}]");
    AtomicReference<String> ip = new AtomicReference<>("127.0.0.1");
    AtomicLong clock = new AtomicLong();
    try (PeersFile _ =
        new PeersFile(
            file,
            TestCluster.MESH,
            "east",
            east.state(),
            Duration.ofMillis(20),
            host -> List.of(InetAddress.ofLiteral(ip.get())),
            east.bundles()::of,
            clock::get)) {
      await().until(() -> health("payments").equals(Optional.of(Health.PASSING)));
      assertThat(east.state().current().peers().get("west").gateways())
          .containsExactly(west.gateway.address());

      // Nobody is at the new address; the connection through the old one is not kept.
      ip.set("127.0.0.9");
      clock.addAndGet(30_000);
      await().until(() -> east.phase("west") == PeerPhase.STALE);
      ip.set("127.0.0.1");
      clock.addAndGet(30_000);
      await().until(() -> east.phase("west") == PeerPhase.FRESH);
    }
  }

  @Test
  void aPeersNextRootIsLearntFromItsAgentAndAcknowledged() throws Exception {
    west.addPeer(east);
    Path file = directory.resolve("peers.yaml");
    // A copy, as an operator would carry it.
    Files.copy(directory.resolve("west/ca/bundle.pem"), directory.resolve("west-bundle.pem"));
    Files.writeString(
        file,
        "peers: [{cluster: west, bundle: west-bundle.pem, gateways: [\""
            + west.gateway.address()
            + "\"]}]");
    try (PeersFile _ =
        new PeersFile(
            file,
            TestCluster.MESH,
            "east",
            east.state(),
            Duration.ofMillis(20),
            host -> List.of(),
            east.bundles()::of,
            () -> 0)) {
      await().until(() -> east.phase("west") == PeerPhase.FRESH);
      west.beginRotation();
      await().until(() -> east.state().current().peers().get("west").bundle().size() == 2);
      String next = Fingerprint.of(west.authority.roots().get(1));
      await().until(() -> west.trustedByPeers().getOrDefault("east", Set.of()).contains(next));
      assertThat(east.phase("west")).isEqualTo(PeerPhase.FRESH);

      // What the operator writes into the file later counts more.
      Files.copy(
          directory.resolve("east/ca/bundle.pem"),
          directory.resolve("west-bundle.pem"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      await().until(() -> east.state().current().peers().get("west").bundle().size() == 1);
    }
  }

  @Test
  void aChangeTravelsInMilliseconds() throws Exception {
    TestCluster.peer(west, east);
    west.export("payments", "east");
    west.register("payments", "payments-1", 9001, Health.PASSING);
    await().until(() -> health("payments").isPresent());

    long[] millis = new long[30];
    for (int i = 0; i < millis.length; i++) {
      Health next = i % 2 == 0 ? Health.CRITICAL : Health.PASSING;
      long began = System.nanoTime();
      west.register("payments", "payments-1", 9001, next);
      await()
          .pollInterval(Duration.ofMillis(1))
          .until(() -> health("payments").equals(Optional.of(next)));
      millis[i] = (System.nanoTime() - began) / 1_000_000;
    }

    java.util.Arrays.sort(millis);
    // Two coalescing windows of 5 ms and the loopback. The fastest of thirty: the others say how
    // busy the machine is.
    assertThat(millis[0]).as("fastest of %s", java.util.Arrays.toString(millis)).isLessThan(100);
  }

  @Test
  void aClusterNeverSeesTheNameOfWhatIsNotExportedToIt() throws Exception {
    try (TestCluster south = new TestCluster("south", directory.resolve("south"))) {
      TestCluster.peer(west, east);
      TestCluster.peer(east, south);
      west.register("ledger", "ledger-1", 9001, Health.PASSING);
      west.export("ledger", "east");
      east.register("orders", "orders-1", 9001, Health.PASSING);
      east.export("orders", "south");
      east.register("secrets", "secrets-1", 9002, Health.PASSING);
      east.export("secrets", "west");

      await().until(() -> east.imported("west", "ledger").isPresent());
      await().until(() -> south.imported("east", "orders").isPresent());
      await().until(() -> west.imported("east", "secrets").isPresent());
      await().until(() -> south.phase("east") == PeerPhase.FRESH);

      assertThat(south.importedFrom("east")).containsExactly(new ServiceKey("default", "orders"));
      Queue<String> toSouth = east.sent.get("south");
      assertThat(toSouth)
          .isNotEmpty()
          .noneMatch(message -> message.contains("ledger") || message.contains("secrets"));
      assertThat(west.sent).as("west has no stream of south's").containsOnlyKeys("east");
    }
  }

  @Test
  void aConsumerThatRestartsGoesOnFromWhatItHas() throws Exception {
    TestCluster.peer(west, east);
    west.register("payments", "payments-1", 9001, Health.PASSING);
    west.register("ledger", "ledger-1", 9002, Health.PASSING);
    west.export("payments", "east");
    west.export("ledger", "east");
    await().until(() -> east.importedFrom("west").size() == 2);
    awaitAcknowledged();

    east.stop();
    west.unexport("ledger");
    west.register("orders", "orders-1", 9003, Health.PASSING);
    west.export("orders", "east");
    west.sent.get("east").clear();
    east.start();

    await()
        .untilAsserted(() ->
            assertThat(east.importedFrom("west"))
                .containsExactlyInAnyOrder(
                    new ServiceKey("default", "payments"), new ServiceKey("default", "orders")));
    await().until(() -> east.phase("west") == PeerPhase.FRESH);
    assertThat(west.sent.get("east"))
        .as("no full transfer")
        .noneMatch(message -> message.contains("full_begin"));
  }

  @Test
  void whatARestartedConsumerKeptIsThereButVouchedForByNobody() throws Exception {
    TestCluster.peer(west, east);
    west.register("payments", "payments-1", 9001, Health.PASSING);
    west.export("payments", "east");
    await().until(() -> east.imported("west", "payments").isPresent());
    awaitAcknowledged();

    east.stop();
    west.gateway.cut();
    east.start();

    await().until(() -> east.imported("west", "payments").isPresent());
    assertThat(east.phase("west")).isEqualTo(PeerPhase.NEVER);
    west.gateway.heal();
    await().until(() -> east.phase("west") == PeerPhase.FRESH);
  }

  @Test
  void anOriginThatRestartsWithItsDataIsFollowedInItsNextEpoch() throws Exception {
    TestCluster.peer(west, east);
    west.register("payments", "payments-1", 9001, Health.PASSING);
    west.register("ledger", "ledger-1", 9002, Health.PASSING);
    west.export("payments", "east");
    west.export("ledger", "east");
    await().until(() -> east.importedFrom("west").size() == 2);
    awaitAcknowledged();
    long epoch = east.importStatuses().get("west").position().epoch();

    west.stop();
    west.start();
    west.register("payments", "payments-1", 9001, Health.CRITICAL);
    west.export("payments", "east");

    await()
        .untilAsserted(() ->
            assertThat(east.importedFrom("west"))
                .containsExactly(new ServiceKey("default", "payments")));
    await().until(() -> health("payments").equals(Optional.of(Health.CRITICAL)));
    await()
        .untilAsserted(() ->
            assertThat(east.importStatuses().get("west").position().epoch()).isEqualTo(epoch + 1));
  }

  @Test
  void anOriginThatLostItsDataStartsAboveWhatItsPeersRemember() throws Exception {
    TestCluster.peer(west, east);
    west.register("payments", "payments-1", 9001, Health.PASSING);
    west.export("payments", "east");
    for (int restart = 0; restart < 2; restart++) {
      west.stop();
      west.start();
    }
    west.register("ledger", "ledger-1", 9002, Health.PASSING);
    west.export("ledger", "east");
    await().until(() -> east.imported("west", "ledger").isPresent());
    await().until(() -> !east.importStatuses().get("west").position().equals(StreamPosition.NONE));
    long epoch = east.importStatuses().get("west").position().epoch();

    west.stop();
    west.loseData();
    west.start();
    west.register("orders", "orders-1", 9003, Health.PASSING);
    west.export("orders", "east");

    await()
        .untilAsserted(() ->
            assertThat(east.importedFrom("west"))
                .containsExactly(new ServiceKey("default", "orders")));
    await().until(() -> east.importStatuses().get("west").position().epoch() > epoch);
    await().until(() -> east.phase("west") == PeerPhase.FRESH);
  }

  @Test
  void aHalfOpenConnectionIsNotTrustedAndARemovalDuringTheCutIsNotLost() throws Exception {
    TestCluster.peer(west, east);
    west.register("payments", "payments-1", 9001, Health.PASSING);
    west.register("ledger", "ledger-1", 9002, Health.PASSING);
    west.export("payments", "east");
    west.export("ledger", "east");
    await()
        .until(
            () -> east.importedFrom("west").size() == 2 && east.phase("west") == PeerPhase.FRESH);

    west.gateway.cut();
    west.deregister("ledger");
    west.register("payments", "payments-1", 9001, Health.CRITICAL);
    await().until(() -> east.phase("west") == PeerPhase.STALE);
    assertThat(health("payments")).as("kept, but stale").contains(Health.PASSING);

    west.gateway.heal();

    await()
        .untilAsserted(() ->
            assertThat(east.importedFrom("west"))
                .containsExactly(new ServiceKey("default", "payments")));
    await().until(() -> health("payments").equals(Optional.of(Health.CRITICAL)));
    await().until(() -> east.phase("west") == PeerPhase.FRESH);
  }

  @Test
  void aGatewayThatTakesConnectionsAndNeverAnswersIsPassedOver() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      west.addPeer(east);
      east.addPeer(west, new Address("127.0.0.1", silent.getLocalPort()), west.gateway.address());
      west.register("payments", "payments-1", 9001, Health.PASSING);
      west.export("payments", "east");
      await().until(() -> east.phase("west") == PeerPhase.FRESH);

      west.gateway.cut();
      await().until(() -> east.phase("west") == PeerPhase.STALE);
      west.gateway.heal();

      await().until(() -> east.phase("west") == PeerPhase.FRESH);
    }
  }

  @Test
  void aSlowConsumerHoldsNobodyUp() throws Exception {
    TestCluster.peer(west, east);
    west.register("payments", "payments-1", 9001, Health.PASSING);
    west.export("payments", "east");
    await().until(() -> health("payments").isPresent());

    west.gateway.stallTowardsClient(true);
    for (int i = 0; i < 2000; i++) {
      west.register("payments", "payments-1", 9001, i % 2 == 0 ? Health.CRITICAL : Health.WARNING);
    }
    for (int i = 0; i < 300; i++) {
      west.register("service-" + i, "instance-" + i, 10_000 + i, Health.PASSING);
      west.export("service-" + i, "east");
    }
    // While the consumer reads nothing: the writers do not wait for it.
    west.state().settle().toCompletableFuture().get(60, TimeUnit.SECONDS);

    west.gateway.stallTowardsClient(false);
    await().untilAsserted(() -> assertThat(east.importedFrom("west")).hasSize(301));
    await().until(() -> health("payments").equals(Optional.of(Health.WARNING)));
    await().until(() -> east.phase("west") == PeerPhase.FRESH);
  }

  @Test
  void aPeerThatIsRemovedIsForgotten() throws Exception {
    TestCluster.peer(west, east);
    west.register("payments", "payments-1", 9001, Health.PASSING);
    west.export("payments", "east");
    await().until(() -> east.imported("west", "payments").isPresent());

    east.removePeer("west");

    await().until(() -> east.importedFrom("west").isEmpty());
    await().until(() -> east.importStatuses().isEmpty());
  }

  @Test
  void anAgentThatIsNotVouchedForByThePeersOwnBundleIsNotBelieved() throws Exception {
    try (TestCluster impostor = new TestCluster("west", directory.resolve("impostor"))) {
      west.addPeer(east);
      impostor.addPeer(east);
      west.register("payments", "payments-1", 9001, Health.PASSING);
      impostor.register("payments", "payments-1", 6666, Health.PASSING);
      west.export("payments", "east");
      impostor.export("payments", "east");
      // Knows west by west's bundle, but is led to the impostor by its gateway's address.
      west.addPeer(east);
      east.addPeer(west);
      Peer right = east.state().settle().toCompletableFuture().get().peers().get("west");
      east.addPeer(
          new Peer(
              "west", right.trustDomain(), List.of(impostor.gateway.address()), right.bundle()));

      await().until(() -> impostor.gateway.accepted() > 2);
      await().until(() -> east.importStatuses().get("west").state().equals("backing-off"));
      assertThat(impostor.sent).isEmpty();

      east.addPeer(
          new Peer(
              "west",
              right.trustDomain(),
              List.of(impostor.gateway.address(), west.gateway.address()),
              right.bundle()));
      await().until(() -> health("payments").isPresent());
      assertThat(east.imported("west", "payments").orElseThrow().instances().getFirst().sni())
          .startsWith("payments-1.9001.");
    }
  }

  /** Everything that west has told east is durable there. */
  private void awaitAcknowledged() {
    await()
        .until(() -> {
          FederationOrigin.ExportStatus status = west.exportStatuses().get("east");
          return status != null && status.acknowledged().equals(status.position());
        });
  }

  private Optional<Health> health(String service) {
    return east.imported("west", service)
        .flatMap(imported -> imported.instances().stream().findFirst())
        .map(instance -> instance.evidence().value());
  }
}
