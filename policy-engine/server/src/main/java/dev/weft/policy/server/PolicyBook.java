package dev.weft.policy.server;

import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.AuthorizationPolicy.Action;
import dev.weft.policy.istio.SecurityPolicies;
import dev.weft.policy.istio.SecurityPolicy;
import dev.weft.policy.istio.Workload;
import dev.weft.policy.istio.compile.ChainPolicies;
import dev.weft.policy.istio.compile.Destination;
import dev.weft.policy.istio.compile.PolicyIndex;
import dev.weft.policy.istio.decide.xds.StepReader;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * One set of policies. What holds for a workload is compiled when it is first asked for and kept.
 * Thread-safe.
 */
final class PolicyBook {
  /** Who asks says which workload it is for; beyond these all are compiled anew. */
  static final int MOST_WORKLOADS = 10_000;

  private final SecurityPolicies written;
  private final String rootNamespace;
  private final PolicyIndex index;
  private final TrustDomain own;
  private final InstantSource clock;
  private final int size;
  private final Map<Target, Judge> judges = new ConcurrentHashMap<>();

  /**
   * What is asked for.
   *
   * @param labelled whether all labels of the workload are known
   * @param host as the connection has it
   * @param http false: connections without requests
   */
  record Target(Workload workload, boolean labelled, String host, int port, boolean http) {}

  /**
   * @param own the trust domain that {@code cluster.local} stands for
   * @param clock that tokens are held against
   */
  PolicyBook(SecurityPolicies written, String rootNamespace, TrustDomain own, InstantSource clock) {
    this.written = written;
    this.rootNamespace = rootNamespace;
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
    Optional<String> unsure = target.labelled() ? Optional.empty() : unsure(target);
    if (unsure.isPresent()) {
      return Judge.denying(
          "denied: policy "
              + unsure.get()
              + " selects by labels, and those of "
              + target.workload().namespace()
              + "/"
              + target.workload().service()
              + " are not told");
    }
    ChainPolicies holding = index.of(target.workload());
    return new Judge(
        StepReader.read(holding, new Destination(own, target.host(), target.port(), target.http())),
        clock);
  }

  /**
   * The first policy that could hold, by labels that nobody told: without it something might be
   * allowed that is not.
   */
  private Optional<String> unsure(Target target) {
    Stream<SecurityPolicy> deciding =
        Stream.concat(
            written.authorization().values().stream()
                .filter(policy -> !policy.dryRun() && policy.action() != Action.AUDIT),
            target.http() ? written.requests().values().stream() : Stream.empty());
    return deciding
        .filter(policy -> couldHold(policy, target.workload()))
        .map(policy -> policy.name().toString())
        .sorted()
        .findFirst();
  }

  private boolean couldHold(SecurityPolicy policy, Workload workload) {
    if (!(policy.attachment() instanceof Attachment.Labels(Map<String, String> labels))) {
      return false;
    }
    Map<String, String> all = new HashMap<>(labels);
    all.putAll(workload.labels());
    return !workload.labels().keySet().containsAll(labels.keySet())
        && policy
            .attachment()
            .holds(
                policy.name().namespace(),
                rootNamespace,
                new Workload(workload.namespace(), workload.service(), all));
  }
}
