package dev.weft.agent.app;

import dev.weft.agent.api.AdminToken;
import dev.weft.agent.api.ApiContext;
import dev.weft.agent.api.CaContext;
import dev.weft.agent.attest.CallerInterceptor;
import dev.weft.agent.attest.Denial;
import dev.weft.agent.attest.Enrolments;
import dev.weft.agent.attest.JoinTokens;
import dev.weft.agent.ca.BearerToken;
import dev.weft.agent.external.ExternalNames;
import dev.weft.agent.jwks.HttpGet;
import dev.weft.agent.jwks.KeyFetcher;
import dev.weft.agent.model.Address;
import dev.weft.agent.providers.ProvidersFile;
import dev.weft.agent.replication.UnreadableResource;
import dev.weft.agent.replication.infinispan.InfinispanMaps;
import dev.weft.agent.replication.shared.SharedState;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateOwner;
import dev.weft.agent.store.ResourceStore;
import dev.weft.agent.telemetry.GatewayProbes;
import dev.weft.agent.telemetry.GatewayReportsRpc;
import dev.weft.agent.watch.HostNames;
import dev.weft.agent.xds.AdsRpc;
import dev.weft.agent.xds.GrpcPort;
import dev.weft.agent.xds.NodeArchive;
import dev.weft.agent.xds.XdsServer;
import dev.weft.policy.identity.SpiffeId;
import io.grpc.BindableService;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The running agent: every part, built in the order in which they need each other (authority and
 * bundle first, since others wait for the bundle; the ports last), ended in reverse. Started and
 * closed by {@link AgentLifecycle}.
 */
final class Agent implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Agent.class);

  /** How long an announcement outlives its node's last stream, an agent's restart included. */
  private static final Duration NODE_HOLD = Duration.ofSeconds(30);

  private static final int SETTLE_SECONDS = 30;
  private static final Duration LOOK_AT_PROVIDERS = Duration.ofMillis(250);
  private static final Duration LOOK_AT_NAMES = Duration.ofMillis(250);

  private final Lifetimes lifetimes;
  final AgentSettings settings;
  final ResourceStore store;
  final StateOwner state;
  final JoinTokens tokens;
  final XdsServer xds;
  final GatewayProbes probes;
  final ApiContext api;
  final CaContext ca;

  private Agent(
      AgentSettings settings,
      Lifetimes lifetimes,
      ResourceStore store,
      StateOwner state,
      JoinTokens tokens,
      XdsServer xds,
      GatewayProbes probes,
      ApiContext api,
      CaContext ca) {
    this.settings = settings;
    this.lifetimes = lifetimes;
    this.store = store;
    this.state = state;
    this.tokens = tokens;
    this.xds = xds;
    this.probes = probes;
    this.api = api;
    this.ca = ca;
  }

  /**
   * Starts every part.
   *
   * @throws IOException with what cannot be read, written, bound or used; nothing is left running
   */
  static Agent start(AgentSettings settings, Vertx vertx, MeterRegistry meters) throws IOException {
    Lifetimes lifetimes = new Lifetimes();
    try {
      return start(settings, vertx, meters, lifetimes);
    } catch (IOException | RuntimeException e) {
      lifetimes.close();
      throw e;
    } catch (GeneralSecurityException e) {
      lifetimes.close();
      throw new IOException("the agent's own certificate could not be made: " + e.getMessage(), e);
    }
  }

  private static Agent start(
      AgentSettings settings, Vertx vertx, MeterRegistry meters, Lifetimes lifetimes)
      throws IOException, GeneralSecurityException {
    InstantSource clock = InstantSource.system();
    LongSupplier monotonicMillis = () -> System.nanoTime() / 1_000_000;
    SecureRandom random = new SecureRandom();

    ResourceStore store = new ResourceStore(settings.dataDir().resolve("resources"));
    AuthorityPart ca = AuthorityPart.open(settings, store, clock, random);
    InetSocketAddress xds = bindable(settings.xds());
    StateOwner state =
        lifetimes.add(
            new StateOwner(
                local(settings, xds, ca.bundle()),
                settings.staleAfter(),
                NODE_HOLD,
                monotonicMillis));
    ca.follow(state, lifetimes);
    InfinispanMaps maps = lifetimes.add(InfinispanMaps.single());
    SharedState shared =
        lifetimes.add(
            new SharedState(
                new SharedState.Maps(
                    maps.map("catalog"), maps.map("leases"), maps.map("enrolments")),
                maps,
                store,
                state,
                NODE_HOLD,
                monotonicMillis));
    // There is one replica.
    shared.lead();
    Enrolments enrolments = new Enrolments(store, shared, clock, settings.ca().lives().workload());
    shared.enrolmentsComplete();
    JoinTokens tokens = new JoinTokens(store, settings.trustDomain(), clock, random);

    NodeArchive archive = lifetimes.add(new NodeArchive(store, shared));
    XdsServer xdsServer = lifetimes.add(new XdsServer(state, shared));

    List<BindableService> services = new ArrayList<>();
    services.add(ca.rpc(tokens, enrolments, random, meters, lifetimes)::guarded);
    FunctionCounter.builder("weft_xds_nacks", xdsServer, XdsServer::nacks)
        .description("Resources that nodes rejected")
        .register(meters);
    Gauge.builder("weft_replication_waiting", shared, SharedState::waiting)
        .description(
            "Changes of the catalog, of leases and enrolments on their way to the replicas")
        .register(meters);
    GatewayProbes probes = new GatewayProbes(monotonicMillis);
    services.add(new GatewayReportsRpc(probes));
    services.add(new AdsRpc(xdsServer));
    Federation federation =
        lifetimes.add(
            Federation.open(settings, store, state, maps, ca.tls, meters, monotonicMillis, random));
    RootWitnesses witnesses = new RootWitnesses(state, xdsServer, federation::trustedRoots);
    services.add(federation.service());
    CallerInterceptor callers =
        new CallerInterceptor(
            settings.trustDomain(),
            ca.trust::client,
            ca.denials,
            domain ->
                state.current().peers().values().stream()
                    .filter(peer -> peer.trustDomain().equals(domain))
                    .map(peer -> peer.cluster())
                    .findAny());
    // All that is remembered is in the state before a node can ask: an agent that comes back takes
    // no endpoint away.
    CatalogPart catalog = new CatalogPart(settings, vertx, store, shared, monotonicMillis, random);
    catalog.start(lifetimes);
    ScheduledExecutorService fetching =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("weft-jwks").daemon().factory());
    KeyFetcher keys =
        lifetimes.add(
            KeyFetcher.open(
                state, HttpGet.over(fetching), fetching, random, store, settings.jwksRefresh()));
    settle(shared, state);
    ca.recognizeDenied(state.current());
    lifetimes.add(state.subscribe(keys));
    archive.follow(state);
    catalog.follow(state);
    federation.start(witnesses::trusted);
    Optional<ProvidersFile> providers =
        settings
            .providersFile()
            .map(file ->
                lifetimes.add(
                    new ProvidersFile(
                        file, state, LOOK_AT_PROVIDERS, HostNames.SYSTEM, monotonicMillis)));
    ExternalNames externals =
        lifetimes.add(
            new ExternalNames(
                state.current(), state, LOOK_AT_NAMES, HostNames.SYSTEM, monotonicMillis));
    lifetimes.add(state.subscribe(externals));
    // Before a node is told what its policies mean, and where is what it calls.
    state.settle().toCompletableFuture().join();
    GrpcPort port =
        lifetimes.add(
            GrpcPort.open(xds, ca.tls.server(), List.of(callers, new BearerToken()), services));
    ApiContext api =
        new ApiContext(
            AdminToken.open(settings.dataDir().resolve("admin-token"), random),
            state,
            federation.resources(),
            tokens,
            probes,
            federation::imports,
            federation::exports,
            () -> problems(federation, providers, externals),
            () -> Proxies.of(xdsServer),
            keys::problem,
            () -> unreadable(federation, ca),
            clock,
            monotonicMillis);
    Gauge.builder("weft_resources_unreadable", () -> unreadable(federation, ca).size())
        .description("What was written and cannot be read; what stands in its place is stricter")
        .register(meters);
    CaContext caApi = ca.start(witnesses, state, enrolments, meters, lifetimes);
    ca.denials.onDenied(subject -> {
      if (subject instanceof Denial.Identity(SpiffeId denied) && ca.denials.holds(denied)) {
        xdsServer.end(denied);
      }
    });
    LOG.infof(
        "cluster %s of mesh %s: sidecars and gateways on %s:%d",
        settings.cluster(), settings.mesh(), xds.getHostString(), port.port());
    return new Agent(settings, lifetimes, store, state, tokens, xdsServer, probes, api, caApi);
  }

  private static List<UnreadableResource> unreadable(Federation federation, AuthorityPart ca) {
    List<UnreadableResource> all = new ArrayList<>(federation.unreadable());
    ca.denials
        .unreadable()
        .forEach((id, why) ->
            all.add(
                new UnreadableResource(
                    "Denial",
                    "",
                    id,
                    why,
                    "whom it means is denied by this agent, and sidecars let nobody of another"
                        + " trust domain in")));
    return all;
  }

  private static List<String> problems(
      Federation federation, Optional<ProvidersFile> providers, ExternalNames externals) {
    List<String> problems = new ArrayList<>(federation.peeringProblems());
    providers.map(ProvidersFile::problems).ifPresent(problems::addAll);
    problems.addAll(externals.problems());
    return problems;
  }

  /** Waits until what was stored is in the maps, and from there in the state. */
  private static void settle(SharedState shared, StateOwner state) throws IOException {
    try {
      shared.settle().toCompletableFuture().get(SETTLE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("what was stored did not get into the replicated maps", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while what was stored was read", e);
    }
    state.settle().toCompletableFuture().join();
  }

  @Override
  public void close() {
    lifetimes.close();
  }

  private static MeshState.Local local(
      AgentSettings settings, InetSocketAddress xds, List<byte[]> bundle) {
    return new MeshState.Local(
        settings.mesh(),
        settings.cluster(),
        settings.region(),
        settings.zone(),
        settings.trustDomain(),
        // Literal: it becomes an endpoint of the gateways.
        new Address(xds.getAddress().getHostAddress(), xds.getPort()),
        new MeshState.Trust(bundle),
        settings.tracing(),
        settings.rootNamespace(),
        settings.mode(),
        settings.reasonHeader());
  }

  /**
   * Port 0 becomes a free one now, since the state says where the agent is reached before its port
   * opens.
   */
  private static InetSocketAddress bindable(InetSocketAddress wanted) throws IOException {
    if (wanted.getPort() != 0) {
      return wanted;
    }
    try (ServerSocket free = new ServerSocket(0, 1, wanted.getAddress())) {
      return new InetSocketAddress(wanted.getHostString(), free.getLocalPort());
    }
  }
}
