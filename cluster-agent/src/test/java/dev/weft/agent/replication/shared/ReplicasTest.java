package dev.weft.agent.replication.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.replication.infinispan.TestGroup;
import dev.weft.agent.state.Delta;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas of one agent, over TCP on the loopback. */
class ReplicasTest {
  @TempDir Path data;
  private TestGroup group;
  private Replica leader;
  private Replica other;

  @BeforeEach
  void start() throws Exception {
    group = new TestGroup();
    leader = new Replica(group.join("agent-1"), data.resolve("1"), ReplicasTest::now);
    leader.shared.lead();
    other = new Replica(group.join("agent-2"), data.resolve("2"), ReplicasTest::elsewhere);
    await().until(() -> leader.maps.members().size() == 2);
  }

  @AfterEach
  void stop() throws Exception {
    other.close();
    leader.close();
  }

  @Test
  void eachSeesTheSameCatalogLeasesAndEnrolments() throws Exception {
    leader.register(Replica.instance("payments", Evidence.Health.PASSING, now() - 3_000));
    leader.enrol("payments");
    leader.shared.submit(new Delta.NodeUp(Replica.node("here")));
    other.shared.submit(new Delta.NodeServes("there", Set.of("9001.payments")));
    other.shared.submit(new Delta.NodeUp(Replica.node("there")));
    leader.settle();
    other.settle();

    await().until(() -> same() && leader.state.current().nodes().size() == 2);
    assertThat(other.instances("payments")).containsOnlyKeys("payments-1");
    // Each measures age by its own clock.
    assertThat(elsewhere() - other.evidence("payments").atMillis()).isBetween(2_900L, 60_000L);

    leader.deregister("payments");
    leader.settle();
    await().until(() -> other.instances("payments").isEmpty() && same());
  }

  @Test
  void aNodeIsThereWhileAnyReplicaHoldsAStreamOfIt() throws Exception {
    leader.shared.submit(new Delta.NodeUp(Replica.node("moving")));
    leader.settle();
    other.shared.submit(new Delta.NodeUp(Replica.node("moving")));
    other.settle();
    leader.shared.submit(new Delta.NodeDown("moving"));
    leader.settle();
    await()
        .during(Replica.HOLD.multipliedBy(2))
        .until(() ->
            leader.state.current().nodes().containsKey("moving")
                && other.state.current().nodes().containsKey("moving"));
    other.shared.submit(new Delta.NodeDown("moving"));
    await()
        .until(() ->
            leader.state.current().nodes().isEmpty() && other.state.current().nodes().isEmpty());
  }

  @Test
  void whenOneDiesTheOtherGoesOnWithWhatBothKnew() throws Exception {
    for (int i = 0; i < 100; i++) {
      leader.register(Replica.instance("s" + i, Evidence.Health.PASSING, now()));
    }
    leader.shared.submit(new Delta.NodeUp(Replica.node("here")));
    other.shared.submit(new Delta.NodeUp(Replica.node("there")));
    leader.settle();
    other.settle();
    await().until(() -> same() && other.state.current().nodes().size() == 2);

    kill(leader);
    await().until(() -> other.state.current().nodes().keySet().equals(Set.of("there")));
    assertThat(other.state.current().instances()).hasSize(100);

    other.shared.lead();
    other.register(Replica.instance("s1", Evidence.Health.CRITICAL, elsewhere()));
    other.settle();
    assertThat(other.evidence("s1").value()).isEqualTo(Evidence.Health.CRITICAL);
  }

  @Test
  void whoComesLaterBeginsWithWhatIsThereAndBelievesHealthWhenItIsConfirmed() throws Exception {
    leader.register(Replica.instance("payments", Evidence.Health.PASSING, now()));
    leader.settle();
    other.close();
    other = new Replica(group.join("agent-3"), data.resolve("3"), ReplicasTest::elsewhere);
    other.settle();
    assertThat(other.evidence("payments").value()).isEqualTo(Evidence.Health.PASSING);
    assertThat(other.evidence("payments").source()).isEqualTo(Evidence.Source.RESTORED);

    // Its arrival has everything written anew, which confirms nothing.
    leader.settle();
    other.settle();
    assertThat(other.evidence("payments").source()).isEqualTo(Evidence.Source.RESTORED);
    leader.register(Replica.instance("payments", Evidence.Health.PASSING, now()));
    await().until(() -> other.evidence("payments").source() == Evidence.Source.REGISTRY_CHECK);
  }

  @Test
  void anAuthorityThatIsNewerThanTheCachesWins() throws Exception {
    leader.register(Replica.instance("payments", Evidence.Health.PASSING, now()));
    leader.settle();
    // Another life of the leader: its files hold a change that its caches never got.
    restartLeader();
    leader.shared.lead();
    leader.register(Replica.instance("payments", Evidence.Health.CRITICAL, now()));
    leader.register(Replica.instance("orders", Evidence.Health.PASSING, now()));
    leader.shared.catalogComplete();
    leader.settle();
    await()
        .until(() ->
            same()
                && other.state.current().instances().size() == 2
                && other.evidence("payments").value() == Evidence.Health.CRITICAL);
  }

  @Test
  void cachesThatAreNewerThanTheAuthorityLoseToo() throws Exception {
    leader.register(Replica.instance("payments", Evidence.Health.CRITICAL, now()));
    leader.register(Replica.instance("orders", Evidence.Health.PASSING, now()));
    leader.settle();
    await().until(() -> other.state.current().instances().size() == 2);
    // Its files are those of an hour ago, the file of its term among them.
    other.close();
    other = new Replica(group.join("agent-3"), data.resolve("3"), ReplicasTest::elsewhere);
    kill(leader);
    leader.close();
    // Who joins while the dead one is still asked begins alone, and either side may win then.
    await().until(() -> other.maps.members().size() == 1);
    leader = new Replica(group.join("agent-4"), data.resolve("4"), ReplicasTest::now);
    await().until(() -> leader.state.current().instances().size() == 2);
    leader.shared.lead();
    leader.register(Replica.instance("payments", Evidence.Health.PASSING, now()));
    leader.shared.catalogComplete();
    leader.settle();
    await()
        .until(() ->
            same()
                && other.instances("orders").isEmpty()
                && other.evidence("payments").value() == Evidence.Health.PASSING);
  }

  @Test
  void whoWasReplacedAsLeaderWritesNoMore() throws Exception {
    leader.register(Replica.instance("payments", Evidence.Health.PASSING, now()));
    leader.settle();
    await().until(() -> !other.instances("payments").isEmpty());
    other.shared.lead();
    other.register(Replica.instance("payments", Evidence.Health.WARNING, elsewhere()));
    other.settle();
    leader.register(Replica.instance("payments", Evidence.Health.CRITICAL, now()));
    leader.settle();
    other.settle();
    await()
        .until(() ->
            leader.evidence("payments").value() == Evidence.Health.WARNING
                && other.evidence("payments").value() == Evidence.Health.WARNING);
  }

  private void kill(Replica replica) throws Exception {
    // A dead process writes no more.
    replica.shared.close();
    group.kill(replica.maps);
  }

  private void restartLeader() throws Exception {
    kill(leader);
    leader.close();
    leader = new Replica(group.join("agent-1"), data.resolve("1"), ReplicasTest::now);
  }

  private boolean same() {
    Map<?, Map<String, Instance>> one = leader.state.current().instances();
    Map<?, Map<String, Instance>> two = other.state.current().instances();
    return one.keySet().equals(two.keySet())
        && one.entrySet().stream()
            .allMatch(service ->
                service.getValue().values().stream()
                    .allMatch(instance -> {
                      Map<String, Instance> there = two.get(service.getKey());
                      Instance same = there == null ? null : there.get(instance.id());
                      return same != null && same.sameForTraffic(instance);
                    }))
        && leader.state.current().nodes().equals(other.state.current().nodes())
        && leader.state.current().served().equals(other.state.current().served())
        && leader.state.current().enrolments().equals(other.state.current().enrolments());
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }

  /** The clock of another machine. */
  private static long elsewhere() {
    return now() + 86_400_000;
  }
}
