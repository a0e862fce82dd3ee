package dev.weft.policy.server;

import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.SecurityPolicies;
import dev.weft.policy.istio.Workload;
import dev.weft.policy.istio.compile.ChainPolicies;
import dev.weft.policy.istio.compile.Destination;
import dev.weft.policy.istio.compile.PolicyIndex;
import dev.weft.policy.istio.decide.xds.StepReader;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One set of policies. What holds for a workload is compiled when it is first asked for and kept.
 * Thread-safe.
 */
final class PolicyBook {
  /** Who asks says which workload it is for; beyond these all are compiled anew. */
  static final int MOST_WORKLOADS = 10_000;

  private final PolicyIndex index;
  private final TrustDomain own;
  private final InstantSource clock;
  private final int size;
  private final Map<Target, Judge> judges = new ConcurrentHashMap<>();

  /**
   * What is asked for.
   *
   * @param host as the connection has it
   */
  record Target(Workload workload, String host, int port) {}

  /**
   * @param own the trust domain that {@code cluster.local} stands for
   * @param clock that tokens are held against
   */
  PolicyBook(SecurityPolicies written, String rootNamespace, TrustDomain own, InstantSource clock) {
    this.index = PolicyIndex.of(written, rootNamespace);
    this.own = own;
    this.clock = clock;
    this.size = written.authorization().size() + written.requests().size();
  }

  /** How many policies there are. */
  int size() {
    return size;
  }

  /** Who decides about this workload. */
  Judge judge(Target target) {
    Judge known = judges.get(target);
    if (known != null) {
      return known;
    }
    if (judges.size() >= MOST_WORKLOADS) {
      judges.clear();
    }
    return judges.computeIfAbsent(target, this::compile);
  }

  private Judge compile(Target target) {
    ChainPolicies holding = index.of(target.workload());
    return new Judge(
        StepReader.read(holding, new Destination(own, target.host(), target.port(), true)), clock);
  }
}
