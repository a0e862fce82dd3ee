package dev.weft.agent.app;

import dev.weft.agent.attest.Caller;
import dev.weft.agent.ca.AgentTls;
import dev.weft.agent.model.validate.ExternalServiceDocument;
import dev.weft.agent.model.validate.FailoverPolicyDocument;
import dev.weft.agent.model.validate.ServiceExportDocument;
import dev.weft.agent.model.validate.ServiceRouteDocument;
import dev.weft.agent.peering.PeerBundles;
import dev.weft.agent.peering.PeersFile;
import dev.weft.agent.replication.FederationConsumers;
import dev.weft.agent.replication.FederationOrigin;
import dev.weft.agent.replication.FederationService;
import dev.weft.agent.replication.FederationTimings;
import dev.weft.agent.replication.GrpcPeerDialer;
import dev.weft.agent.replication.ImportFeed;
import dev.weft.agent.replication.ImportPersistence;
import dev.weft.agent.replication.PeerRoots;
import dev.weft.agent.replication.ReplicatedMap;
import dev.weft.agent.replication.ResourceFeed;
import dev.weft.agent.replication.StoredResources;
import dev.weft.agent.replication.UnreadableResource;
import dev.weft.agent.replication.infinispan.InfinispanMaps;
import dev.weft.agent.replication.shared.RetryingMap;
import dev.weft.agent.state.StateOwner;
import dev.weft.agent.store.ResourceStore;
import dev.weft.agent.telemetry.FederationMetrics;
import dev.weft.agent.watch.HostNames;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.istio.read.AuthorizationPolicyDocument;
import dev.weft.policy.istio.read.PeerAuthenticationDocument;
import dev.weft.policy.istio.read.RequestAuthenticationDocument;
import io.grpc.BindableService;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What users wrote and what the peers share, put together: their replicated maps and what feeds
 * them, both sides of the federation streams, and the peers' file. Opened before the agent's port,
 * since the port serves one of its parts; started after it.
 */
final class Federation implements AutoCloseable {

  private static final Duration LOOK_AT_PEERS = Duration.ofMillis(250);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  private final Lifetimes lifetimes;
  private final AgentSettings settings;
  private final StateOwner state;
  private final FederationOrigin origin;
  private final FederationConsumers consumers;
  private final StoredResources resources;
  private final ResourceFeed feed;
  private final PeerBundles bundles;
  private final Roots roots;
  private @Nullable PeersFile peers;

  /** What peers say of roots, before and after somebody can say whom the nodes trust. */
  private static final class Roots implements PeerRoots {
    private final PeerBundles bundles;
    private volatile Function<String, Set<String>> trusted = _ -> Set.of();

    Roots(PeerBundles bundles) {
      this.bundles = bundles;
    }

    @Override
    public void received(String cluster, List<byte[]> told) {
      bundles.received(cluster, told);
    }

    @Override
    public Set<String> trusted(String cluster) {
      return trusted.apply(cluster);
    }
  }

  private Federation(
      Lifetimes lifetimes,
      AgentSettings settings,
      StateOwner state,
      FederationOrigin origin,
      FederationConsumers consumers,
      StoredResources resources,
      ResourceFeed feed,
      PeerBundles bundles,
      Roots roots) {
    this.feed = feed;
    this.bundles = bundles;
    this.roots = roots;
    this.lifetimes = lifetimes;
    this.settings = settings;
    this.state = state;
    this.origin = origin;
    this.consumers = consumers;
    this.resources = resources;
  }

  /**
   * Reads what users wrote into the state.
   *
   * @throws IOException when the store cannot be read; nothing is left open
   */
  static Federation open(
      AgentSettings settings,
      ResourceStore store,
      StateOwner state,
      InfinispanMaps maps,
      AgentTls tls,
      MeterRegistry meters,
      LongSupplier monotonicMillis,
      SecureRandom random)
      throws IOException {
    Lifetimes lifetimes = new Lifetimes();
    try {
      ReplicatedMap written = lifetimes.add(new RetryingMap("resources", maps.map("resources")));
      ReplicatedMap imports = lifetimes.add(new RetryingMap("imports", maps.map("imports")));
      ResourceFeed feed = new ResourceFeed(state);
      written.subscribe(feed);
      FederationMetrics metrics = new FederationMetrics(meters);
      imports.subscribe(
          new ImportFeed(settings.mesh(), state, monotonicMillis, metrics::entryRefused));
      StoredResources resources = new StoredResources(store, written);
      resources.load(FailoverPolicyDocument.KIND);
      resources.load(ServiceExportDocument.KIND);
      resources.load(ServiceRouteDocument.KIND);
      resources.load(ExternalServiceDocument.KIND);
      resources.load(AuthorizationPolicyDocument.KIND);
      resources.load(PeerAuthenticationDocument.KIND);
      resources.load(RequestAuthenticationDocument.KIND);

      FederationOrigin origin =
          lifetimes.add(
              new FederationOrigin(
                  state, store, FederationTimings.DEFAULT, monotonicMillis, metrics));
      NioEventLoopGroup loops = new NioEventLoopGroup(1);
      lifetimes.add(() -> loops.shutdownGracefully(0, 1, TimeUnit.SECONDS));
      ImportPersistence persistence = lifetimes.add(new ImportPersistence(store));
      PeerBundles bundles = new PeerBundles(store, settings.mesh());
      Roots roots = new Roots(bundles);
      FederationConsumers consumers =
          lifetimes.add(
              new FederationConsumers(
                  state,
                  state,
                  new GrpcPeerDialer(loops, tls::client, CONNECT_TIMEOUT),
                  imports,
                  persistence,
                  roots,
                  FederationTimings.DEFAULT,
                  monotonicMillis,
                  random,
                  metrics));
      return new Federation(
          lifetimes, settings, state, origin, consumers, resources, feed, bundles, roots);
    } catch (IOException | RuntimeException e) {
      lifetimes.close();
      throw e;
    }
  }

  /** The service for the agent's port. */
  BindableService service() {
    return new FederationService(origin, state, Federation::caller);
  }

  /**
   * Reads the peers' file and begins to talk. To be called when what was stored of the catalog is
   * in the state: peers are told of it from now on.
   *
   * @param trusted fingerprints of a peer's roots that everybody here trusts; does not block
   */
  void start(Function<String, Set<String>> trusted) {
    roots.trusted = trusted;
    settings
        .peersFile()
        .ifPresent(file ->
            peers =
                lifetimes.add(
                    new PeersFile(
                        file,
                        settings.mesh(),
                        settings.cluster(),
                        state,
                        LOOK_AT_PEERS,
                        HostNames.SYSTEM,
                        bundles::of,
                        () -> System.nanoTime() / 1_000_000)));
    state.settle().toCompletableFuture().join();
    consumers.start();
    // What was kept of the peers' services is in the state, too, before anybody asks.
    state.settle().toCompletableFuture().join();
    origin.start();
  }

  /** Fingerprints of our roots that each peer said it trusts, by cluster. */
  Map<String, Set<String>> trustedRoots() {
    return origin.trustedRoots();
  }

  StoredResources resources() {
    return resources;
  }

  /** What was written and cannot be read. */
  List<UnreadableResource> unreadable() {
    return feed.unreadable();
  }

  Map<String, FederationConsumers.ImportStatus> imports() {
    return consumers.statuses();
  }

  Map<String, FederationOrigin.ExportStatus> exports() {
    return origin.statuses();
  }

  /** What is wrong with the peers' file now. */
  List<String> peeringProblems() {
    PeersFile file = peers;
    return file == null ? List.of() : file.problems();
  }

  @Override
  public void close() {
    lifetimes.close();
  }

  private static Optional<SpiffeId> caller() {
    return Caller.current() instanceof Caller.Foreign(String _, SpiffeId id)
        ? Optional.of(id)
        : Optional.empty();
  }
}
