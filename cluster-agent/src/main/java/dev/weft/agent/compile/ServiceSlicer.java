package dev.weft.agent.compile;

import dev.weft.agent.compile.endpoint.Endpoints;
import dev.weft.agent.compile.endpoint.Endpoints.Status;
import dev.weft.agent.compile.route.OutboundRoutes;
import dev.weft.agent.compile.upstream.Fixed;
import dev.weft.agent.compile.upstream.Upstreams;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.ImportedService;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.Peer;
import dev.weft.agent.model.PeerPhase;
import dev.weft.agent.model.ServerNames;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Join;
import dev.weft.agent.state.JoinedInstance;
import dev.weft.agent.state.MeshState;
import dev.weft.policy.failover.ClusterEvidence;
import dev.weft.policy.failover.FailoverPolicy;
import dev.weft.policy.failover.FailoverRanking;
import dev.weft.policy.failover.Freshness;
import dev.weft.policy.failover.RankedTarget;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import dev.weft.policy.istio.compile.PolicyIndex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Cuts one service out of the state. A pure function of its arguments. */
final class ServiceSlicer {
  private static final int PERCENT_SQUARED = 10_000;

  private ServiceSlicer() {}

  /**
   * The part of the state that one service depends on.
   *
   * @param local by id
   * @param imports by peer, those of configured peers
   */
  record Inputs(
      MeshState.Local here,
      ServiceKey service,
      List<Instance> local,
      Map<String, ImportedService> imports,
      Map<String, Peer> peers,
      Map<String, PeerPhase> phases,
      FailoverPolicy policy,
      PolicyIndex policies) {}

  /** What one cluster has of the service. */
  private record Site(ClusterEvidence evidence, List<PlacedHost> hosts) {}

  private record PlacedHost(String region, String zone, Endpoints.Host host) {}

  static ServiceSlices slice(Inputs in, Join join) {
    List<JoinedInstance.Fronted> fronted =
        in.local().stream()
            .map(join::join)
            .filter(JoinedInstance.Fronted.class::isInstance)
            .map(JoinedInstance.Fronted.class::cast)
            .toList();
    List<JoinedInstance.Meshed> meshed =
        fronted.stream()
            .filter(JoinedInstance.Meshed.class::isInstance)
            .map(JoinedInstance.Meshed.class::cast)
            .toList();
    ServiceSettings settings = ServiceSettings.of(in.local(), in.imports().values());
    Map<String, Site> sites = new LinkedHashMap<>();
    sites.put(in.here().cluster(), local(in, meshed, join));
    in.imports().forEach((peer, service) -> sites.put(peer, remote(in, peer, service)));
    List<RankedTarget> ranking =
        FailoverRanking.rank(
            in.policy(),
            in.here().cluster(),
            in.here().region(),
            sites.values().stream().map(Site::evidence).toList());
    return new ServiceSlices(
        settings.http(),
        settings.protocol(),
        new OutboundRoutes.Host(
            in.service(), settings.requestTimeout(), settings.perTryTimeout(), settings.grpc()),
        new Upstreams.Slice(
            in.service(),
            settings.connectTimeout(),
            tls(in),
            meshed.stream().anyMatch(one -> plaintext(in, join, one))),
        new Endpoints.Slice(
            in.service().upstreamName(),
            overprovisioning(in.policy()),
            groups(in.policy(), ranking, sites)),
        fronted,
        exported(in, Objects.requireNonNull(sites.get(in.here().cluster()))));
  }

  private static Site local(Inputs in, List<JoinedInstance.Meshed> meshed, Join join) {
    String domain = in.here().trustDomain().name();
    List<PlacedHost> hosts = new ArrayList<>();
    for (JoinedInstance.Meshed one : meshed) {
      Instance instance = one.instance();
      Address inbound =
          Objects.requireNonNull(
              one.sidecar().inbound(), "a sidecar that joined has an inbound address");
      String sni =
          ServerNames.instance(instance.id(), instance.address().port(), in.service(), domain);
      hosts.add(
          new PlacedHost(
              in.here().region(),
              in.here().zone(),
              new Endpoints.Host(
                  instance.id(),
                  inbound,
                  sni,
                  instance.weight(),
                  status(instance.evidence().value()),
                  plaintext(in, join, one))));
    }
    return site(in.here().cluster(), in.here().region(), hosts, Freshness.FRESH);
  }

  /** Whether it is dialled without TLS: it has to be, and is known to let callers in so. */
  private static boolean plaintext(Inputs in, Join join, JoinedInstance.Meshed one) {
    return in.policies().mode(one.instance().workload(), one.instance().address().port())
            == Mode.DISABLE
        && join.plaintext(one);
  }

  private static Site remote(Inputs in, String peer, ImportedService service) {
    Freshness freshness =
        switch (in.phases().getOrDefault(peer, PeerPhase.NEVER)) {
          case FRESH -> Freshness.FRESH;
          case STALE -> Freshness.STALE;
          case NEVER -> Freshness.NEVER;
        };
    Peer configured =
        Objects.requireNonNull(in.peers().get(peer), "imports of configured peers only");
    List<PlacedHost> hosts = new ArrayList<>();
    service.instances().stream()
        .sorted(Comparator.comparing(ImportedService.ImportedInstance::id))
        .forEach(instance -> {
          Status said = status(instance.evidence().value());
          Status status = freshness == Freshness.FRESH ? said : Status.UNKNOWN;
          for (Address gateway : configured.gateways()) {
            hosts.add(
                new PlacedHost(
                    instance.region(),
                    instance.zone(),
                    new Endpoints.Host(
                        instance.id(), gateway, instance.sni(), instance.weight(), status, false)));
          }
        });
    String region = service.instances().isEmpty() ? "" : service.instances().getFirst().region();
    return site(peer, region, hosts, freshness);
  }

  private static Site site(
      String cluster, String region, List<PlacedHost> hosts, Freshness freshness) {
    int healthy = (int) hosts.stream().filter(one -> one.host().status() == Status.HEALTHY).count();
    int unknown = (int) hosts.stream().filter(one -> one.host().status() == Status.UNKNOWN).count();
    return new Site(
        new ClusterEvidence(cluster, region, hosts.size(), healthy, unknown, freshness), hosts);
  }

  private static List<Endpoints.Group> groups(
      FailoverPolicy policy, List<RankedTarget> ranking, Map<String, Site> sites) {
    List<Endpoints.Group> groups = new ArrayList<>();
    for (RankedTarget target : ranking) {
      Site site = sites.get(target.cluster());
      if (!target.eligible() || site == null) {
        continue;
      }
      boolean allUnknown = site.evidence().healthUnknown();
      Map<List<String>, List<Endpoints.Host>> places = new LinkedHashMap<>();
      for (PlacedHost placed : site.hosts()) {
        if (placed.host().status() == Status.UNKNOWN && !allUnknown) {
          // The cluster's place is by what is known; those of which nothing is known follow the
          // policy one by one.
          unknownAmongKnown(policy, placed)
              .forEach(host ->
                  places
                      .computeIfAbsent(
                          List.of(placed.region(), placed.zone()), _ -> new ArrayList<>())
                      .add(host));
        } else {
          places
              .computeIfAbsent(List.of(placed.region(), placed.zone()), _ -> new ArrayList<>())
              .add(placed.host());
        }
      }
      places.forEach((place, hosts) ->
          groups.add(
              new Endpoints.Group(
                  target.cluster(), place.getFirst(), place.getLast(), target.priority(), hosts)));
    }
    return groups;
  }

  private static List<Endpoints.Host> unknownAmongKnown(FailoverPolicy policy, PlacedHost placed) {
    Endpoints.Host host = placed.host();
    return switch (policy.onStale()) {
      case EXCLUDE -> List.of();
      case USE -> List.of(host);
      case LAST_RESORT ->
          List.of(
              new Endpoints.Host(
                  host.instance(),
                  host.address(),
                  host.sni(),
                  host.weight(),
                  Status.DEGRADED,
                  host.plaintext()));
    };
  }

  /**
   * Where instances are registered, joined or not: so that a sidecar's restart changes endpoints
   * only.
   */
  private static List<Upstreams.Site> tls(Inputs in) {
    Map<String, Upstreams.Site> sites = new java.util.TreeMap<>();
    if (!in.local().isEmpty()) {
      int port = in.local().getFirst().address().port();
      sites.put(
          in.here().cluster(),
          new Upstreams.Site(
              in.here().cluster(),
              ServerNames.service(port, in.service(), in.here().trustDomain().name()),
              Join.identity(in.here(), in.service())));
    }
    in.imports()
        .forEach((peer, service) ->
            service.instances().stream()
                .min(Comparator.comparing(ImportedService.ImportedInstance::id))
                .ifPresent(instance ->
                    sites.put(
                        peer,
                        new Upstreams.Site(
                            peer,
                            ServerNames.withoutInstance(instance.sni()),
                            service.identity()))));
    return List.copyOf(sites.values());
  }

  private static Endpoints.Slice exported(Inputs in, Site here) {
    // Gateways pass TLS on; they dial nobody in their own name.
    List<Endpoints.Host> hosts =
        here.hosts().stream().map(placed -> placed.host().overTls()).toList();
    return new Endpoints.Slice(
        Fixed.exportName(in.service()),
        PERCENT_SQUARED / 100,
        hosts.isEmpty()
            ? List.of()
            : List.of(
                new Endpoints.Group(
                    in.here().cluster(), in.here().region(), in.here().zone(), 0, hosts)));
  }

  /**
   * Envoy spills when healthy share times this factor is below 100 %; so the threshold's inverse.
   */
  private static int overprovisioning(FailoverPolicy policy) {
    return Math.ceilDiv(PERCENT_SQUARED, policy.threshold());
  }

  private static Status status(Evidence.Health value) {
    return switch (value) {
      case PASSING, WARNING -> Status.HEALTHY;
      case CRITICAL -> Status.UNHEALTHY;
      case UNKNOWN -> Status.UNKNOWN;
    };
  }
}
