package dev.weft.agent.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.model.Peer;
import dev.weft.agent.model.PeerPhase;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.ServiceKey;
import dev.weft.policy.identity.TrustDomain;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StateOwnerTest {
  private final StateOwner owner =
      new StateOwner(
          new MeshStateBuilder().build().local(),
          Duration.ofMillis(200),
          Duration.ofSeconds(30),
          () -> System.nanoTime() / 1_000_000);

  @AfterEach
  void stop() {
    owner.close();
  }

  @Test
  void settlingShowsEverythingSubmittedBefore() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      owner.submit(export(i));
    }
    assertThat(owner.settle().toCompletableFuture().get(60, TimeUnit.SECONDS).exports())
        .hasSize(1_000);
  }

  @Test
  void listenersSeeVersionsGrowAndTheLastStateAndFarFewerThanThereWereDeltas() throws Exception {
    List<MeshState> seen = new CopyOnWriteArrayList<>();
    owner.subscribe(seen::add);
    owner.subscribe(_ -> {
      throw new IllegalStateException("one listener's bug is not another's");
    });
    for (int i = 0; i < 5_000; i++) {
      owner.submit(export(i));
    }
    MeshState last = owner.settle().toCompletableFuture().get(60, TimeUnit.SECONDS);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !seen.isEmpty() && seen.getLast().exports().size() == 5_000);
    assertThat(seen).extracting(MeshState::version).isSorted().doesNotHaveDuplicates();
    assertThat(seen.getLast()).isSameAs(last);
    assertThat(seen.size()).isLessThan(1_000);
  }

  @Test
  void timeAloneMakesAPeerStale() {
    owner.submit(
        new Delta.Peers(
            List.of(new Peer("west", new TrustDomain("west.demo"), List.of(), List.of()))));
    owner.submit(new Delta.PeerHeard("west", System.nanoTime() / 1_000_000));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> owner.current().phases().get("west") == PeerPhase.STALE);
  }

  @Test
  void nothingNewPublishesNothing() throws Exception {
    owner.submit(export(1));
    long version = owner.settle().toCompletableFuture().get(60, TimeUnit.SECONDS).version();
    owner.submit(export(1));
    assertThat(owner.settle().toCompletableFuture().get(60, TimeUnit.SECONDS).version())
        .isEqualTo(version);
  }

  private static Delta export(int i) {
    return new Delta.Exported(
        new ServiceExport(new ServiceKey("default", "service-" + i), Set.of("west")));
  }
}
