package dev.weft.policy.istio.decide;

import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.Workload;
import dev.weft.policy.istio.compile.Destination;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The port of a workload that something is asked of.
 *
 * @param consumers other trust domains that its service is exported to
 * @param denied rules of those that nobody in the cluster lets in
 * @param alone whether its sidecar fronts nothing else: of several applications nothing says which
 *     one a caller without TLS wants, so none comes in
 * @param trustedHops proxies in front of it that are believed when they say in {@code
 *     x-forwarded-for} who connected to them; 0: who connects is the client
 */
public record Target(
    Workload workload,
    Destination destination,
    Set<TrustDomain> consumers,
    RbacPolicy denied,
    boolean alone,
    int trustedHops) {

  /** Where nothing is said of proxies in front, which is Envoy's default. */
  public static final int USUAL_HOPS = 1;

  /** Nobody is on the deny list. */
  private static final RbacPolicy NOBODY = new RbacPolicy(RbacPolicy.Action.DENY, List.of());

  public Target {
    consumers = Set.copyOf(consumers);
  }

  /** With nobody denied, behind a sidecar of its own. */
  public Target(
      Workload workload, Destination destination, Set<TrustDomain> consumers, int trustedHops) {
    this(workload, destination, consumers, NOBODY, true, trustedHops);
  }

  /** Whose workloads may connect: the own trust domain's first. */
  List<TrustDomain> callers() {
    TrustDomain own = destination.trustDomain();
    return Stream.concat(
            Stream.of(own),
            consumers.stream()
                .filter(domain -> !domain.equals(own))
                .sorted(Comparator.comparing(TrustDomain::name)))
        .toList();
  }

  /** {@code <port>.<service>.<namespace>.<trust domain>}, which sidecars ask for. */
  String serverName() {
    return destination.port()
        + "."
        + workload.service()
        + "."
        + workload.namespace()
        + "."
        + destination.trustDomain().name();
  }
}
