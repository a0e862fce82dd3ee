package dev.weft.policy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.failover.FailoverPolicy.OnStale;
import dev.weft.policy.failover.FailoverPolicy.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class FailoverRankingLawsTest {

  private static final List<String> CLUSTERS = List.of("east", "north", "south", "west");

  @Property
  void everyClusterOnceWithPrioritiesWithoutHoles(
      @ForAll("policies") FailoverPolicy policy,
      @ForAll("evidence") List<ClusterEvidence> evidence) {
    List<RankedTarget> ranked = FailoverRanking.rank(policy, "east", "eu", evidence);
    assertThat(ranked).extracting(RankedTarget::cluster).doesNotHaveDuplicates();
    assertThat(ranked)
        .extracting(RankedTarget::cluster)
        .containsAll(evidence.stream().map(ClusterEvidence::cluster).toList());
    List<RankedTarget> eligible = ranked.stream().filter(RankedTarget::eligible).toList();
    assertThat(ranked.subList(0, eligible.size())).isEqualTo(eligible);
    assertThat(eligible)
        .extracting(RankedTarget::priority)
        .isEqualTo(IntStream.range(0, eligible.size()).boxed().toList());
  }

  @Property
  void theOrderOfTheEvidenceDoesNotMatter(
      @ForAll("policies") FailoverPolicy policy,
      @ForAll("evidence") List<ClusterEvidence> evidence,
      @ForAll Random random) {
    List<ClusterEvidence> shuffled = new ArrayList<>(evidence);
    Collections.shuffle(shuffled, random);
    assertThat(FailoverRanking.rank(policy, "east", "eu", shuffled))
        .isEqualTo(FailoverRanking.rank(policy, "east", "eu", evidence));
  }

  @Property
  void nothingUnknownStandsBeforeSomethingKnownAsALastResort(
      @ForAll("policies") FailoverPolicy policy,
      @ForAll("evidence") List<ClusterEvidence> evidence) {
    FailoverPolicy last = new FailoverPolicy(policy.targets(), 70, OnStale.LAST_RESORT);
    List<Boolean> unknown =
        FailoverRanking.rank(last, "east", "", evidence).stream()
            .filter(RankedTarget::eligible)
            .map(target ->
                evidence.stream()
                    .filter(one -> one.cluster().equals(target.cluster()))
                    .anyMatch(ClusterEvidence::healthUnknown))
            .toList();
    assertThat(unknown).isSorted();
  }

  @Provide
  Arbitrary<FailoverPolicy> policies() {
    return Combinators.combine(
            Arbitraries.<Target>of(
                    new Target.Local(),
                    new Target.Any(),
                    new Target.Cluster("east"),
                    new Target.Cluster("north"),
                    new Target.Cluster("unheard-of"))
                .list()
                .ofMinSize(1)
                .uniqueElements(),
            Arbitraries.of(OnStale.class))
        .as((targets, onStale) -> new FailoverPolicy(targets, 70, onStale));
  }

  @Provide
  Arbitrary<List<ClusterEvidence>> evidence() {
    return Combinators.combine(
            Arbitraries.of(CLUSTERS),
            Arbitraries.of("", "eu", "us"),
            Arbitraries.integers().between(0, 3),
            Arbitraries.integers().between(0, 3),
            Arbitraries.of(Freshness.class))
        .as((cluster, region, healthy, unknown, freshness) ->
            new ClusterEvidence(cluster, region, healthy + unknown, healthy, unknown, freshness))
        .list()
        .uniqueElements(ClusterEvidence::cluster);
  }
}
