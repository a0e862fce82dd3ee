package dev.weft.agent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.ca.AuthorityStatus.Phase;
import dev.weft.agent.ca.CertificateLives;
import dev.weft.agent.ca.MeshTrust;
import dev.weft.agent.ca.RootRotation;
import dev.weft.agent.compile.ResourceType;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.Fingerprint;
import dev.weft.agent.model.Peer;
import dev.weft.agent.state.Delta;
import dev.weft.agent.xds.AgentUnderTest;
import dev.weft.agent.xds.TestNode;
import dev.weft.policy.identity.TrustDomain;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is waited for before the next root signs; nodes and their acknowledgements are real. */
class RotationTest {
  private static final String PAYMENTS = "spiffe://east.demo/ns/default/sa/payments";
  private static final TrustDomain EAST = new TrustDomain("east.demo");

  @TempDir private Path directory;
  private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
  private final Map<String, Set<String>> said = new ConcurrentHashMap<>();
  private AgentUnderTest agent;
  private RootRotation rotation;

  @BeforeEach
  void start() throws Exception {
    agent =
        new AgentUnderTest(
            directory, "east", CertificateLives.DEFAULT, () -> Instant.now().plus(ahead.get()));
    rotation =
        new RootRotation(
            agent.authority,
            agent.identity,
            new RootWitnesses(agent.state, agent.xds, () -> said),
            Optional::empty);
  }

  @AfterEach
  void stop() throws Exception {
    agent.close();
  }

  @Test
  void theNextRootSignsOnceEveryNodeHasAcknowledgedIt() throws Exception {
    try (TestNode node = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS).open()) {
      node.subscribe(
          TestNode.sidecar("payments-1", 15006, 15002).build(),
          ResourceType.SECRET,
          "trust-bundles");
      node.next(ResourceType.SECRET);
      assertThat(rotation.rotateRoot()).isEqualTo(RootRotation.Begun.BEGUN);
      assertThat(rotation.rotateRoot()).isEqualTo(RootRotation.Begun.UNDER_WAY);
      DeltaDiscoveryResponse both = node.responses.poll(60, TimeUnit.SECONDS);
      assertThat(both).isNotNull();
      rotation.step();
      assertThat(rotation.status().phase()).isEqualTo(Phase.SPREADING);
      assertThat(rotation.waitingFor().nodes()).containsExactly("payments-1");

      node.acknowledge(both);
      await()
          .until(() -> {
            rotation.step();
            return rotation.status().phase() == Phase.RETIRING;
          });
      // A renewal on the old certificate gives one of the new line, and the agent is still known.
      node.use(node.sign("", TestNode.csr(node.key, TestNode.uri(PAYMENTS))));
      X509Certificate next = agent.authority.roots().getFirst();
      assertThat(
              new MeshTrust(Map.of(EAST, List.of(next)), () -> Instant.now().plus(ahead.get()))
                  .client(node.chain)
                  .uri())
          .isEqualTo(PAYMENTS);

      rotation.step();
      assertThat(rotation.status().phase()).isEqualTo(Phase.RETIRING);
      ahead.set(Duration.ofHours(25));
      rotation.step();
      assertThat(rotation.status().phase()).isEqualTo(Phase.STEADY);
      assertThat(agent.authority.roots()).containsExactly(next);
      await().until(() -> agent.state.current().local().trust().bundle().size() == 1);
    }
  }

  @Test
  void aPeerIsWaitedForUntilItSaysSoOrSomebodyGoesOnWithoutIt() throws Exception {
    agent.state.submit(
        new Delta.Peers(
            List.of(
                new Peer(
                    "west",
                    new TrustDomain("west.demo"),
                    List.of(new Address("127.0.0.1", 25443)),
                    List.of()))));
    agent.state.settle().toCompletableFuture().join();
    assertThat(rotation.proceed()).isEmpty();
    rotation.rotateRoot();
    rotation.step();
    assertThat(rotation.waitingFor().peers()).containsExactly("west");
    assertThat(rotation.proceed().orElseThrow().peers()).containsExactly("west");
    assertThat(rotation.status().phase()).isEqualTo(Phase.RETIRING);

    ahead.set(Duration.ofHours(25));
    rotation.step();
    assertThat(rotation.status().phase()).isEqualTo(Phase.STEADY);
    rotation.rotateRoot();
    said.put("west", Set.of(Fingerprint.of(agent.authority.roots().get(1))));
    rotation.step();
    assertThat(rotation.status().phase()).isEqualTo(Phase.RETIRING);
  }
}
