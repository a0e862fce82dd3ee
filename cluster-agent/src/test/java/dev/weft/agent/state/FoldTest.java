package dev.weft.agent.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.model.Evidence.Health;
import dev.weft.agent.model.Peer;
import dev.weft.agent.model.PeerPhase;
import dev.weft.policy.identity.TrustDomain;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FoldTest {
  private final MeshStateBuilder mesh = new MeshStateBuilder();

  @Test
  void applyingADeltaTwiceIsOnce() {
    MeshState once =
        mesh.instance("payments", "payments-1", 9001, Health.PASSING).peers("west").build();
    MeshState twice =
        mesh.instance("payments", "payments-1", 9001, Health.PASSING).peers("west").build();
    assertThat(twice.instances()).isSameAs(once.instances());
    assertThat(twice.peers()).isSameAs(once.peers());
  }

  @Test
  void aPeerGoesStaleWithoutHeartbeatsAndComesBack() {
    mesh.peers("west").after(4_999);
    assertThat(mesh.build().phases()).containsEntry("west", PeerPhase.FRESH);
    mesh.after(1);
    assertThat(mesh.build().phases()).containsEntry("west", PeerPhase.STALE);
    mesh.with(new Delta.PeerHeard("west", 5_000));
    assertThat(mesh.build().phases()).containsEntry("west", PeerPhase.FRESH);
  }

  @Test
  void aHeartbeatThatIsAlreadyOldMakesNothingFresh() {
    mesh.with(new Delta.Peers(List.of())).peers("west").after(20_000);
    mesh.with(new Delta.PeerHeard("west", 10_000));
    assertThat(mesh.build().phases()).containsEntry("west", PeerPhase.STALE);
  }

  @Test
  void aPeerOfWhichNothingWasHeardIsNeitherFreshNorStale() {
    mesh.with(
        new Delta.Peers(
            List.of(new Peer("west", new TrustDomain("west.demo"), List.of(), List.of()))));
    assertThat(mesh.after(60_000).build().phases()).containsEntry("west", PeerPhase.NEVER);
  }

  @Test
  void aPeerThatIsNoLongerConfiguredLeavesNoPhase() {
    mesh.peers("west", "north").with(new Delta.Peers(List.of()));
    assertThat(mesh.build().phases()).isEmpty();
  }

  @Test
  void whatAForgottenNodeServedIsForgottenToo() {
    mesh.with(new Delta.NodeServes("payments-1", Set.of("a")))
        .sidecar("payments-1", "payments", 15006, 9001)
        .with(new Delta.NodeDown("payments-1"));
    assertThat(mesh.after(29_999).build().served()).containsKey("payments-1");
    assertThat(mesh.after(1).build().served()).isEmpty();
  }

  @Test
  void aNodeThatComesBackWithinItsHoldTimeStays() {
    mesh.sidecar("payments-1", "payments", 15006, 9001)
        .with(new Delta.NodeDown("payments-1"))
        .after(20_000);
    mesh.sidecar("payments-1", "payments", 15006, 9001).after(20_000);
    assertThat(mesh.build().nodes()).containsKey("payments-1");
  }

  @Test
  void aServiceWithoutInstancesIsGone() {
    mesh.instance("payments", "payments-1", 9001, Health.PASSING)
        .with(new Delta.ServiceInstances(MeshStateBuilder.key("payments"), List.of()));
    assertThat(mesh.build().instances()).isEmpty();
  }

  @Test
  void theLastImportOfAPeerLeavesNothingBehind() {
    mesh.peers("west")
        .imported("west", "payments", 9001, Health.PASSING)
        .with(new Delta.ImportRemoved("west", MeshStateBuilder.key("payments")))
        .with(new Delta.ImportRemoved("west", MeshStateBuilder.key("payments")));
    assertThat(mesh.build().imports()).isEmpty();
  }
}
