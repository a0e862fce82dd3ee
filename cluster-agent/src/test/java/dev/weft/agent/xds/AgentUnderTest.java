package dev.weft.agent.xds;

import dev.weft.agent.attest.CallerInterceptor;
import dev.weft.agent.attest.Denial;
import dev.weft.agent.attest.Denials;
import dev.weft.agent.attest.Enrolments;
import dev.weft.agent.attest.JoinTokenDocument;
import dev.weft.agent.attest.JoinTokens;
import dev.weft.agent.attest.TokenIssuers;
import dev.weft.agent.attest.WellKnown;
import dev.weft.agent.ca.AgentIdentity;
import dev.weft.agent.ca.AgentTls;
import dev.weft.agent.ca.BearerToken;
import dev.weft.agent.ca.CertificateAuthority;
import dev.weft.agent.ca.CertificateLives;
import dev.weft.agent.ca.CertificateRpc;
import dev.weft.agent.ca.IssuedCertificates;
import dev.weft.agent.ca.MeshTrust;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement.Role;
import dev.weft.agent.model.Peer;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.replication.infinispan.InfinispanMaps;
import dev.weft.agent.replication.shared.SharedState;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateOwner;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.secrets.PlantedSecrets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An agent's authority, state and port on real sockets, without Quarkus. */
public final class AgentUnderTest implements AutoCloseable {
  public final CertificateAuthority authority;
  public final StateOwner state;
  public final JoinTokens tokens;
  public final XdsServer xds;
  public final GrpcPort port;
  public final MeshTrust trust;
  public final AgentIdentity identity;
  public final Denials denials;
  public final IssuedCertificates issued;
  public final CertificateRpc certificates;
  private final InfinispanMaps maps;
  private final SharedState shared;
  private final NodeArchive archive;

  public AgentUnderTest(Path data, String cluster) throws Exception {
    this(data, cluster, CertificateLives.DEFAULT, InstantSource.system());
  }

  /** With other lives of certificates, and another wall clock. */
  public AgentUnderTest(Path data, String cluster, CertificateLives lives, InstantSource clock)
      throws Exception {
    SecureRandom random = new SecureRandom();
    TrustDomain domain = new TrustDomain(cluster + ".demo");
    authority =
        CertificateAuthority.open(
            data.resolve("ca"), domain, clock, random, lives, Optional::empty);
    identity = new AgentIdentity(authority, WellKnown.agent(domain), clock);
    trust = new MeshTrust(Map.of(domain, authority.roots()), clock);
    ResourceStore store = new ResourceStore(data.resolve("resources"));
    state =
        new StateOwner(
            new MeshState.Local(
                "demo",
                cluster,
                "eu",
                "a",
                domain,
                new Address("127.0.0.1", 15012),
                new MeshState.Trust(List.of(authority.roots().getFirst().getEncoded()))),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            () -> System.nanoTime() / 1_000_000);
    maps = InfinispanMaps.single();
    shared =
        new SharedState(
            new SharedState.Maps(maps.map("catalog"), maps.map("leases"), maps.map("enrolments")),
            maps,
            store,
            state,
            Duration.ofSeconds(30),
            () -> System.nanoTime() / 1_000_000);
    shared.lead();
    Enrolments enrolments = new Enrolments(store, shared, clock, lives.workload());
    denials = new Denials(store, clock, lives.workload());
    issued = new IssuedCertificates(store, clock);
    tokens = new JoinTokens(store, domain, clock, random);
    archive = new NodeArchive(store, shared);
    shared.settle().toCompletableFuture().join();
    state.settle().toCompletableFuture().join();
    archive.follow(state);
    xds = new XdsServer(state, shared);
    certificates =
        new CertificateRpc(
            authority,
            tokens,
            new TokenIssuers(
                Optional.of(data.resolve("issuers.yaml")),
                domain,
                clock,
                java.util.concurrent.Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().factory()),
                random),
            enrolments,
            denials,
            issued,
            () -> 0.5);
    port =
        GrpcPort.open(
            new InetSocketAddress("127.0.0.1", 0),
            new AgentTls(identity, trust).server(),
            List.of(
                new CallerInterceptor(domain, trust::client, denials, this::peer),
                new BearerToken()),
            List.of(certificates::guarded, new AdsRpc(xds)));
    state.submit(new Delta.Denied(denials.denied()));
    denials.onUnreadableTaken(() -> state.submit(new Delta.Denied(denials.denied())));
    denials.onDenied(subject -> {
      state.submit(new Delta.Denied(denials.denied()));
      revoke();
      if (subject instanceof Denial.Identity(SpiffeId denied) && denials.holds(denied)) {
        xds.end(denied);
      }
    });
    authority.onRootsChanged(this::rootsChanged);
  }

  private void rootsChanged() {
    List<byte[]> roots = new ArrayList<>();
    for (X509Certificate root : authority.roots()) {
      try {
        roots.add(root.getEncoded());
      } catch (CertificateEncodingException e) {
        throw new AssertionError(e);
      }
    }
    state.submit(new Delta.OwnRoots(roots));
    revoke();
    trust.replace(Map.of(authority.trustDomain(), authority.roots()));
  }

  private void revoke() {
    try {
      state.submit(new Delta.Revoked(authority.revocationLists(denials.serials())));
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private Optional<String> peer(TrustDomain domain) {
    return state.current().peers().values().stream()
        .filter(peer -> peer.trustDomain().equals(domain))
        .map(peer -> peer.cluster())
        .findAny();
  }

  /** Makes another agent a configured peer of this one. */
  public void peerWith(AgentUnderTest other, String cluster) throws Exception {
    TrustDomain domain = other.authority.trustDomain();
    trust.replace(
        Map.of(authority.trustDomain(), authority.roots(), domain, other.authority.roots()));
    state.submit(
        new Delta.Peers(
            List.of(
                new Peer(
                    cluster,
                    domain,
                    List.of(new Address("127.0.0.1", 25443)),
                    List.of(other.authority.roots().getFirst().getEncoded())))));
    state.settle().toCompletableFuture().join();
  }

  /** A token for a service's sidecars. */
  public String token(String service) throws Exception {
    return switch (tokens.create(
        new JoinTokenDocument(
            "default", service, Set.of(), Role.SIDECAR, Duration.ofMinutes(15), 100))) {
      case JoinTokens.Created created -> PlantedSecrets.plant(created.token());
      case JoinTokens.Refused refused -> throw new AssertionError(refused.problems());
    };
  }

  /** Registers one passing instance as the only one of its service. */
  public void register(String service, String id, int port) {
    state.submit(
        new Delta.ServiceInstances(
            new ServiceKey("default", service),
            List.of(instance(service, id, port, Evidence.Health.PASSING))));
  }

  /** An instance on the loopback. */
  public static Instance instance(String service, String id, int port, Evidence.Health health) {
    return new Instance(
        id,
        new ServiceKey("default", service),
        new Address("127.0.0.1", port),
        1,
        Map.of(),
        List.of(),
        Map.of(),
        new Evidence(health, Evidence.Source.REGISTRY_CHECK, "", 0));
  }

  @Override
  public void close() throws Exception {
    port.close();
    xds.close();
    archive.close();
    shared.close();
    state.close();
    maps.close();
  }
}
