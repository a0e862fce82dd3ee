package dev.weft.agent.replication;

import dev.weft.agent.attest.Caller;
import dev.weft.agent.attest.CallerInterceptor;
import dev.weft.agent.attest.Denials;
import dev.weft.agent.attest.WellKnown;
import dev.weft.agent.ca.AgentIdentity;
import dev.weft.agent.ca.AgentTls;
import dev.weft.agent.ca.CertificateAuthority;
import dev.weft.agent.ca.MeshTrust;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.Enrolment;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Fingerprint;
import dev.weft.agent.model.ImportedService;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.Peer;
import dev.weft.agent.model.PeerPhase;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.peering.PeerBundles;
import dev.weft.agent.replication.infinispan.InfinispanMaps;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateOwner;
import dev.weft.agent.store.ResourceStore;
import dev.weft.agent.telemetry.FederationMetrics;
import dev.weft.agent.xds.GrpcPort;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.nio.NioEventLoopGroup;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The federating part of one cluster's agent with everything real: authority, TLS, gRPC over
 * sockets, state, caches, disk. It can be ended and started again, with its data or without.
 */
final class TestCluster implements AutoCloseable {

  static final String MESH = "demo";
  static final FederationTimings TIMINGS =
      new FederationTimings(
          Duration.ofMillis(100),
          Duration.ofMillis(700),
          Duration.ofMillis(1500),
          Duration.ofMillis(20),
          Duration.ofMillis(200),
          Duration.ofSeconds(20));
  static final Duration STALE_AFTER = Duration.ofMillis(1000);

  final String name;
  final TrustDomain trustDomain;
  final TestGateway gateway;

  /** Every message that this cluster's agent put on a wire, by the cluster that it went to. */
  final Map<String, Queue<String>> sent = new java.util.concurrent.ConcurrentHashMap<>();

  private final Path directory;
  final CertificateAuthority authority;
  private final AgentIdentity identity;
  private final LongSupplier clock = () -> System.nanoTime() / 1_000_000;
  private final Map<String, Peer> peers = new HashMap<>();
  private @Nullable Running running;
  private int life;
  private volatile int port = 1;

  private record Running(
      StateOwner state,
      FederationOrigin origin,
      FederationConsumers consumers,
      ImportPersistence persistence,
      InfinispanMaps maps,
      GrpcPort port,
      NioEventLoopGroup loops) {}

  TestCluster(String name, Path directory) throws Exception {
    this.name = name;
    this.directory = directory;
    this.trustDomain = new TrustDomain(name + "." + MESH);
    InstantSource wall = InstantSource.system();
    authority =
        CertificateAuthority.open(directory.resolve("ca"), trustDomain, wall, new SecureRandom());
    identity = new AgentIdentity(authority, WellKnown.agent(trustDomain), wall);
    gateway = new TestGateway(() -> port);
    start();
  }

  /** Each is configured as the other's peer. */
  static void peer(TestCluster one, TestCluster other) throws Exception {
    one.addPeer(other);
    other.addPeer(one);
  }

  void addPeer(TestCluster other) throws Exception {
    addPeer(other, other.gateway.address());
  }

  void addPeer(TestCluster other, Address... gateways) throws Exception {
    List<byte[]> bundle = new ArrayList<>();
    for (X509Certificate root : other.authority.roots()) {
      bundle.add(root.getEncoded());
    }
    addPeer(new Peer(other.name, other.trustDomain, List.of(gateways), bundle));
  }

  void addPeer(Peer peer) {
    peers.put(peer.cluster(), peer);
    state().submit(new Delta.Peers(List.copyOf(peers.values())));
  }

  void removePeer(String cluster) {
    peers.remove(cluster);
    state().submit(new Delta.Peers(List.copyOf(peers.values())));
  }

  /** Registers an instance of a service of namespace default, with a sidecar in front of it. */
  void register(String service, String id, int port, Evidence.Health health) {
    ServiceKey key = new ServiceKey("default", service);
    SpiffeId account = new SpiffeId(trustDomain, "default", service);
    Address address = new Address("127.0.0.1", port);
    state().submit(new Delta.Enrolled(new Enrolment(account, Set.of(service))));
    state()
        .submit(
            new Delta.NodeUp(
                new NodeAnnouncement(
                    id,
                    NodeAnnouncement.Role.SIDECAR,
                    account,
                    new Address("127.0.0.1", 15_006),
                    new Address("127.0.0.1", 15_002),
                    Set.of(address),
                    null,
                    null,
                    Set.of())));
    Instance instance =
        new Instance(
            id,
            key,
            address,
            1,
            Map.of(),
            List.of(),
            Map.of("protocol", "http"),
            new Evidence(health, Evidence.Source.REGISTRY_CHECK, "", clock.getAsLong()));
    state().submit(new Delta.ServiceInstances(key, List.of(instance)));
  }

  /** Of what it serves nothing was said, which is taken for everything. */
  private NodeAnnouncement passingEverythingOn() {
    Address address = new Address("127.0.0.1", 15_443);
    return new NodeAnnouncement(
        "gateway-1",
        NodeAnnouncement.Role.GATEWAY,
        new SpiffeId(trustDomain, "weft-system", "gateway"),
        null,
        null,
        Set.of(),
        address,
        address,
        Set.of());
  }

  void deregister(String service) {
    state().submit(new Delta.ServiceInstances(new ServiceKey("default", service), List.of()));
  }

  void export(String service, String... consumers) {
    state()
        .submit(
            new Delta.Exported(
                new ServiceExport(new ServiceKey("default", service), Set.of(consumers))));
  }

  void unexport(String service) {
    state().submit(new Delta.ExportRemoved(new ServiceKey("default", service)));
  }

  Optional<ImportedService> imported(String peer, String service) {
    return Optional.ofNullable(
        state()
            .current()
            .imports()
            .getOrDefault(peer, Map.of())
            .get(new ServiceKey("default", service)));
  }

  Set<ServiceKey> importedFrom(String peer) {
    return state().current().imports().getOrDefault(peer, Map.of()).keySet();
  }

  PeerPhase phase(String peer) {
    return state().current().phases().getOrDefault(peer, PeerPhase.NEVER);
  }

  Map<String, FederationConsumers.ImportStatus> importStatuses() {
    return here().consumers().statuses();
  }

  Map<String, FederationOrigin.ExportStatus> exportStatuses() {
    return here().origin().statuses();
  }

  StateOwner state() {
    return here().state();
  }

  int life() {
    return life;
  }

  void start() throws Exception {
    life++;
    ResourceStore store =
        new ResourceStore(directory.resolve("resources-" + (dataLost ? life : 1)));
    bundles = new PeerBundles(store, MESH);
    MeshTrust trust = new MeshTrust(Map.of(trustDomain, authority.roots()), InstantSource.system());
    AgentTls tls = new AgentTls(identity, trust);
    StateOwner state =
        new StateOwner(
            new MeshState.Local(
                MESH,
                name,
                name,
                "",
                trustDomain,
                new Address("127.0.0.1", 15_012),
                new MeshState.Trust(List.of())),
            STALE_AFTER,
            Duration.ofSeconds(30),
            clock);
    state.subscribe(published -> trustPeers(trust, published));
    FederationMetrics metrics = new FederationMetrics(new SimpleMeterRegistry());
    FederationOrigin origin = new FederationOrigin(state, store, TIMINGS, clock, metrics);
    GrpcPort grpc =
        GrpcPort.open(
            new InetSocketAddress("127.0.0.1", 0),
            tls.server(),
            List.of(
                new CallerInterceptor(
                    trustDomain,
                    trust::client,
                    new Denials(store, InstantSource.system(), Duration.ofHours(24)),
                    domain ->
                        peers.values().stream()
                            .filter(p -> p.trustDomain().equals(domain))
                            .map(Peer::cluster)
                            .findAny()),
                new Recorder()),
            List.of(new FederationService(origin, state, TestCluster::caller)));
    port = grpc.port();
    InfinispanMaps maps = InfinispanMaps.single();
    ReplicatedMap imports = maps.map("imports");
    imports.subscribe(new ImportFeed(MESH, state, clock, metrics::entryRefused));
    ImportPersistence persistence = new ImportPersistence(store);
    NioEventLoopGroup loops = new NioEventLoopGroup(1);
    FederationConsumers consumers =
        new FederationConsumers(
            state,
            state,
            new GrpcPeerDialer(loops, tls::client, Duration.ofMillis(500)),
            imports,
            persistence,
            new Roots(bundles, state),
            TIMINGS,
            clock,
            new SecureRandom(),
            metrics);
    running = new Running(state, origin, consumers, persistence, maps, grpc, loops);
    state.submit(new Delta.NodeUp(passingEverythingOn()));
    state.submit(new Delta.Peers(List.copyOf(peers.values())));
    origin.start();
    consumers.start();
  }

  private boolean dataLost;
  private PeerBundles bundles;

  /** What peers' agents said of their roots. */
  PeerBundles bundles() {
    return bundles;
  }

  /** Fingerprints of our roots that peers said they trust. */
  Map<String, Set<String>> trustedByPeers() {
    return here().origin().trustedRoots();
  }

  /** Begins to make a next root known. */
  void beginRotation() throws Exception {
    authority.beginRotation(Optional.empty());
    tellRoots();
  }

  /** Tells the peers the roots that the authority has. */
  void tellRoots() throws Exception {
    List<byte[]> roots = new ArrayList<>();
    for (X509Certificate root : authority.roots()) {
      roots.add(root.getEncoded());
    }
    state().submit(new Delta.OwnRoots(roots));
  }

  /** Whoever is configured is trusted by everybody. */
  private record Roots(PeerBundles bundles, StateOwner state) implements PeerRoots {
    @Override
    public void received(String cluster, List<byte[]> told) {
      bundles.received(cluster, told);
    }

    @Override
    public Set<String> trusted(String cluster) {
      Peer peer = state.current().peers().get(cluster);
      return peer == null
          ? Set.of()
          : peer.bundle().stream()
              .map(Fingerprint::of)
              .collect(java.util.stream.Collectors.toUnmodifiableSet());
    }
  }

  /** Ends the process, as far as others can tell. */
  void stop() throws Exception {
    Running here = here();
    running = null;
    here.port().close();
    here.consumers().close();
    here.origin().close();
    here.persistence().close();
    here.state().close();
    here.maps().close();
    here.loops().shutdownGracefully(0, 100, java.util.concurrent.TimeUnit.MILLISECONDS);
  }

  /** From the next start on, nothing of what was stored is there. */
  void loseData() {
    dataLost = true;
  }

  @Override
  public void close() throws Exception {
    if (running != null) {
      stop();
    }
    gateway.close();
  }

  private Running here() {
    Running here = running;
    if (here == null) {
      throw new IllegalStateException(name + " is stopped");
    }
    return here;
  }

  private static Optional<SpiffeId> caller() {
    return Caller.current() instanceof Caller.Foreign(String _, SpiffeId id)
        ? Optional.of(id)
        : Optional.empty();
  }

  private void trustPeers(MeshTrust trust, MeshState published) {
    Map<TrustDomain, List<X509Certificate>> roots = new HashMap<>();
    published.peers().values().forEach(peer -> roots.put(peer.trustDomain(), certificates(peer)));
    roots.put(trustDomain, authority.roots());
    trust.replace(roots);
  }

  private static List<X509Certificate> certificates(Peer peer) {
    try {
      List<X509Certificate> certificates = new ArrayList<>();
      for (byte[] der : peer.bundle()) {
        certificates.add(
            (X509Certificate)
                java.security.cert.CertificateFactory.getInstance("X.509")
                    .generateCertificate(new java.io.ByteArrayInputStream(der)));
      }
      return certificates;
    } catch (java.security.cert.CertificateException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes down what leaves, before it is encrypted. */
  private final class Recorder implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String to =
          Caller.current() instanceof Caller.Foreign(String cluster, SpiffeId _) ? cluster : "?";
      return next.startCall(
          new ForwardingServerCall.SimpleForwardingServerCall<>(call) {
            @Override
            public void sendMessage(A message) {
              sent.computeIfAbsent(to, _ -> new ConcurrentLinkedQueue<>())
                  .add(String.valueOf(message));
              super.sendMessage(message);
            }
          },
          headers);
    }
  }
}
