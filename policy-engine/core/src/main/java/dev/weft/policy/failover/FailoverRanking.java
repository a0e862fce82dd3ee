package dev.weft.policy.failover;

import dev.weft.policy.failover.FailoverPolicy.OnStale;
import dev.weft.policy.failover.RankedTarget.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Orders the clusters that a service's callers may use. Pure: the same policy and evidence give the
 * same ranking, in whatever order the evidence comes.
 *
 * <p>Health decides eligibility only where it is unknown. A cluster whose instances are all known
 * to be down keeps its place: callers see it by the endpoints' own health, and when it recovers no
 * priority moves.
 */
public final class FailoverRanking {

  private FailoverRanking() {}

  /**
   * Ranks every cluster that the policy or the evidence names, each once: first those that are
   * eligible, by priority, then the others by policy order and name.
   *
   * @param localCluster the callers' own cluster, what {@link FailoverPolicy.Target.Local} means
   * @param localRegion clusters of this region come first where the policy says {@link
   *     FailoverPolicy.Target.Any}; empty: not known
   * @param evidence at most one per cluster
   */
  public static List<RankedTarget> rank(
      FailoverPolicy policy,
      String localCluster,
      String localRegion,
      Collection<ClusterEvidence> evidence) {
    Map<String, ClusterEvidence> known = new TreeMap<>();
    for (ClusterEvidence one : evidence) {
      if (known.put(one.cluster(), one) != null) {
        throw new IllegalArgumentException("two statements on cluster " + one.cluster());
      }
    }
    List<RankedTarget> ranked = new ArrayList<>();
    List<String> last = new ArrayList<>();
    List<RankedTarget> refused = new ArrayList<>();
    SequencedSet<String> targets = expand(policy, localCluster, localRegion, known);
    for (String cluster : targets) {
      Reason reason = reason(policy.onStale(), known.get(cluster));
      switch (reason) {
        case IN_ORDER, UNKNOWN_USED ->
            ranked.add(RankedTarget.eligible(cluster, ranked.size(), reason));
        case UNKNOWN_LAST -> last.add(cluster);
        case UNKNOWN_EXCLUDED, NO_INSTANCES, NOT_KNOWN, NOT_TARGETED ->
            refused.add(RankedTarget.refused(cluster, reason));
      }
    }
    for (String cluster : last) {
      ranked.add(RankedTarget.eligible(cluster, ranked.size(), Reason.UNKNOWN_LAST));
    }
    for (String cluster : known.keySet()) {
      if (!targets.contains(cluster)) {
        refused.add(RankedTarget.refused(cluster, Reason.NOT_TARGETED));
      }
    }
    ranked.addAll(refused);
    return List.copyOf(ranked);
  }

  private static SequencedSet<String> expand(
      FailoverPolicy policy,
      String localCluster,
      String localRegion,
      Map<String, ClusterEvidence> known) {
    // What is named keeps its place; "any" is what no other step names, wherever it stands.
    SequencedSet<String> named = new LinkedHashSet<>();
    for (FailoverPolicy.Target target : policy.targets()) {
      switch (target) {
        case FailoverPolicy.Target.Local local -> named.add(localCluster);
        case FailoverPolicy.Target.Cluster(String name) -> named.add(name);
        case FailoverPolicy.Target.Any any -> {}
      }
    }
    SequencedSet<String> all = new LinkedHashSet<>();
    for (FailoverPolicy.Target target : policy.targets()) {
      switch (target) {
        case FailoverPolicy.Target.Local local -> all.add(localCluster);
        case FailoverPolicy.Target.Cluster(String name) -> all.add(name);
        case FailoverPolicy.Target.Any any ->
            known.values().stream()
                .filter(one -> !named.contains(one.cluster()))
                .sorted(
                    Comparator.comparing((ClusterEvidence one) -> !near(one, localRegion))
                        .thenComparing(ClusterEvidence::cluster))
                .forEach(one -> all.add(one.cluster()));
      }
    }
    return all;
  }

  private static boolean near(ClusterEvidence one, String localRegion) {
    return !localRegion.isEmpty() && one.region().equals(localRegion);
  }

  private static Reason reason(OnStale onStale, @Nullable ClusterEvidence evidence) {
    if (evidence == null) {
      return Reason.NOT_KNOWN;
    }
    if (evidence.instances() == 0) {
      return Reason.NO_INSTANCES;
    }
    if (!evidence.healthUnknown()) {
      return Reason.IN_ORDER;
    }
    return switch (onStale) {
      case LAST_RESORT -> Reason.UNKNOWN_LAST;
      case USE -> Reason.UNKNOWN_USED;
      case EXCLUDE -> Reason.UNKNOWN_EXCLUDED;
    };
  }
}
