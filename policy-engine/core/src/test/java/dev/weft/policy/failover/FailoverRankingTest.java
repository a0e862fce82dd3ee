package dev.weft.policy.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.policy.failover.FailoverPolicy.OnStale;
import dev.weft.policy.failover.FailoverPolicy.Target;
import dev.weft.policy.failover.RankedTarget.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailoverRankingTest {

  private static ClusterEvidence fresh(String cluster, int instances, int healthy) {
    return new ClusterEvidence(cluster, "", instances, healthy, 0, Freshness.FRESH);
  }

  private static ClusterEvidence stale(String cluster) {
    return new ClusterEvidence(cluster, "", 2, 0, 2, Freshness.STALE);
  }

  private static FailoverPolicy policy(OnStale onStale, Target... targets) {
    return new FailoverPolicy(List.of(targets), 70, onStale);
  }

  private static List<RankedTarget> rank(FailoverPolicy policy, ClusterEvidence... evidence) {
    return FailoverRanking.rank(policy, "east", "eu", List.of(evidence));
  }

  @Test
  void withoutAPolicyTheOwnClusterComesFirstThenTheOthersByName() {
    assertThat(
            rank(
                FailoverPolicy.DEFAULT,
                fresh("west", 2, 2),
                fresh("north", 1, 1),
                fresh("east", 2, 2)))
        .containsExactly(
            RankedTarget.eligible("east", 0, Reason.IN_ORDER),
            RankedTarget.eligible("north", 1, Reason.IN_ORDER),
            RankedTarget.eligible("west", 2, Reason.IN_ORDER));
  }

  @Test
  void anyPutsTheOwnRegionFirst() {
    assertThat(
            rank(
                FailoverPolicy.DEFAULT,
                new ClusterEvidence("aa", "us", 1, 1, 0, Freshness.FRESH),
                new ClusterEvidence("zz", "eu", 1, 1, 0, Freshness.FRESH)))
        .extracting(RankedTarget::cluster)
        .containsExactly("zz", "aa", "east");
  }

  @Test
  void aClusterThatIsKnownToBeDownKeepsItsPlace() {
    assertThat(rank(FailoverPolicy.DEFAULT, fresh("east", 2, 0), fresh("west", 2, 2)))
        .containsExactly(
            RankedTarget.eligible("east", 0, Reason.IN_ORDER),
            RankedTarget.eligible("west", 1, Reason.IN_ORDER));
  }

  @Test
  void aClusterWithoutInstancesIsNoTargetAndLeavesNoHole() {
    assertThat(rank(FailoverPolicy.DEFAULT, fresh("east", 0, 0), fresh("west", 2, 2)))
        .containsExactly(
            RankedTarget.eligible("west", 0, Reason.IN_ORDER),
            RankedTarget.refused("east", Reason.NO_INSTANCES));
  }

  @Test
  void unknownHealthIsALastResort() {
    FailoverPolicy policy =
        policy(
            OnStale.LAST_RESORT, new Target.Local(), new Target.Cluster("west"), new Target.Any());
    assertThat(rank(policy, fresh("east", 2, 2), stale("west"), fresh("north", 1, 0)))
        .containsExactly(
            RankedTarget.eligible("east", 0, Reason.IN_ORDER),
            RankedTarget.eligible("north", 1, Reason.IN_ORDER),
            RankedTarget.eligible("west", 2, Reason.UNKNOWN_LAST));
  }

  @Test
  void unknownHealthCanBeUsedAsIfHealthy() {
    FailoverPolicy policy = policy(OnStale.USE, new Target.Cluster("west"), new Target.Local());
    assertThat(rank(policy, fresh("east", 2, 2), stale("west")))
        .containsExactly(
            RankedTarget.eligible("west", 0, Reason.UNKNOWN_USED),
            RankedTarget.eligible("east", 1, Reason.IN_ORDER));
  }

  @Test
  void unknownHealthCanBeExcluded() {
    assertThat(
            rank(
                policy(OnStale.EXCLUDE, new Target.Local(), new Target.Any()),
                fresh("east", 2, 2),
                new ClusterEvidence("west", "", 1, 1, 0, Freshness.NEVER)))
        .containsExactly(
            RankedTarget.eligible("east", 0, Reason.IN_ORDER),
            RankedTarget.refused("west", Reason.UNKNOWN_EXCLUDED));
  }

  @Test
  void instancesOfUnknownHealthInAFreshClusterCountOnlyWhenAllAreUnknown() {
    ClusterEvidence some = new ClusterEvidence("east", "", 2, 1, 1, Freshness.FRESH);
    ClusterEvidence all = new ClusterEvidence("west", "", 2, 0, 2, Freshness.FRESH);
    assertThat(some.healthUnknown()).isFalse();
    assertThat(all.healthUnknown()).isTrue();
  }

  @Test
  void whatThePolicyDoesNotNameOrNobodyKnowsIsToldToo() {
    assertThat(
            rank(
                policy(OnStale.LAST_RESORT, new Target.Cluster("south"), new Target.Local()),
                fresh("east", 1, 1),
                fresh("west", 1, 1)))
        .containsExactly(
            RankedTarget.eligible("east", 0, Reason.IN_ORDER),
            RankedTarget.refused("south", Reason.NOT_KNOWN),
            RankedTarget.refused("west", Reason.NOT_TARGETED));
  }

  @Test
  void anyLeavesOutWhatALaterStepNames() {
    assertThat(
            rank(
                policy(OnStale.USE, new Target.Any(), new Target.Cluster("north")),
                fresh("north", 1, 1),
                fresh("west", 1, 1)))
        .extracting(RankedTarget::cluster)
        .containsExactly("west", "north");
  }

  @Test
  void theOwnClusterByNameIsTheOwnCluster() {
    assertThat(
            rank(
                policy(OnStale.USE, new Target.Cluster("east"), new Target.Local()),
                fresh("east", 1, 1)))
        .containsExactly(RankedTarget.eligible("east", 0, Reason.IN_ORDER));
  }

  @Test
  void refusesImpossibleEvidenceAndPolicies() {
    assertThatThrownBy(() -> new ClusterEvidence("east", "", 1, 1, 1, Freshness.FRESH))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> policy(OnStale.USE, new Target.Local(), new Target.Local()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> rank(FailoverPolicy.DEFAULT, fresh("east", 1, 1), fresh("east", 1, 1)))
        .hasMessageContaining("east");
  }
}
