package dev.weft.agent.app;

import dev.weft.agent.api.CaContext;
import dev.weft.agent.attest.Denial;
import dev.weft.agent.attest.Denials;
import dev.weft.agent.attest.Enrolments;
import dev.weft.agent.attest.JoinTokens;
import dev.weft.agent.attest.TokenIssuers;
import dev.weft.agent.attest.WellKnown;
import dev.weft.agent.ca.AgentIdentity;
import dev.weft.agent.ca.AgentTls;
import dev.weft.agent.ca.CertificateAuthority;
import dev.weft.agent.ca.CertificateRpc;
import dev.weft.agent.ca.Forecasts;
import dev.weft.agent.ca.IssuedCertificates;
import dev.weft.agent.ca.MeshTrust;
import dev.weft.agent.ca.ProvidedAuthority;
import dev.weft.agent.ca.RootRotation;
import dev.weft.agent.ca.SigningRefusal;
import dev.weft.agent.model.ImportedService;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateOwner;
import dev.weft.agent.store.ResourceStore;
import dev.weft.agent.telemetry.CertificateMetrics;
import dev.weft.policy.svid.SvidFault;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The certificate authority with all that belongs to it: the agent's own certificate, the trust in
 * others', the deny list, the record of what was signed, and the rotation of the root. Confined to
 * the thread that starts the agent; what it hands out is thread-safe.
 */
final class AuthorityPart {
  private static final Logger LOG = Logger.getLogger(AuthorityPart.class);

  private final AgentSettings settings;
  private final InstantSource clock;
  final CertificateAuthority authority;
  final AgentIdentity identity;
  final MeshTrust trust;
  final AgentTls tls;
  final Denials denials;
  private final IssuedCertificates issued;

  private AuthorityPart(
      AgentSettings settings,
      InstantSource clock,
      CertificateAuthority authority,
      AgentIdentity identity,
      MeshTrust trust,
      Denials denials,
      IssuedCertificates issued) {
    this.settings = settings;
    this.clock = clock;
    this.authority = authority;
    this.identity = identity;
    this.trust = trust;
    this.tls = new AgentTls(identity, trust);
    this.denials = denials;
    this.issued = issued;
  }

  /** Reads or makes it; {@code bundle.pem} is there when this returns. */
  static AuthorityPart open(
      AgentSettings settings, ResourceStore store, InstantSource clock, SecureRandom random)
      throws IOException, GeneralSecurityException {
    CertificateAuthority authority =
        CertificateAuthority.open(
            settings.dataDir().resolve("ca"),
            settings.trustDomain(),
            clock,
            random,
            settings.ca().lives(),
            () -> provided(settings, clock));
    AgentIdentity identity =
        new AgentIdentity(authority, WellKnown.agent(settings.trustDomain()), clock);
    MeshTrust trust = new MeshTrust(Map.of(settings.trustDomain(), authority.roots()), clock);
    return new AuthorityPart(
        settings,
        clock,
        authority,
        identity,
        trust,
        new Denials(store, clock, settings.ca().lives().workload()),
        new IssuedCertificates(store, clock));
  }

  private static Optional<ProvidedAuthority> provided(AgentSettings settings, InstantSource clock)
      throws IOException {
    Optional<ProvidedAuthority.Sources> sources = settings.ca().provided();
    return sources.isEmpty()
        ? Optional.empty()
        : Optional.of(
            ProvidedAuthority.read(
                sources.get(), settings.trustDomain(), settings.ca().lives(), clock));
  }

  /** The roots, DER. */
  List<byte[]> bundle() {
    List<byte[]> bundle = new ArrayList<>();
    for (X509Certificate root : authority.roots()) {
      try {
        bundle.add(root.getEncoded());
      } catch (CertificateEncodingException e) {
        throw new IllegalStateException("a root that was read can be encoded", e);
      }
    }
    return List.copyOf(bundle);
  }

  /** Keeps the state told of roots and denials, and the own port's trust told of the state. */
  void follow(StateOwner state, Lifetimes lifetimes) {
    lifetimes.add(state.subscribe(new PeerTrust(trust, settings.trustDomain(), authority::roots)));
    deny(state);
    authority.onRootsChanged(() -> {
      state.submit(new Delta.OwnRoots(bundle()));
      deny(state);
    });
    denials.onDenied(_ -> deny(state));
    denials.onUnreadableTaken(() -> deny(state));
  }

  /**
   * Looks for whom denials mean that cannot be read, among all that are known here. Blocks on the
   * disk.
   *
   * @throws IOException when what was found could not be written
   */
  void recognizeDenied(MeshState state) throws IOException {
    if (denials.unreadable().isEmpty()) {
      return;
    }
    List<Denial.Subject> known = new ArrayList<>();
    for (IssuedCertificates.Issued one : issued.all()) {
      known.add(new Denial.Identity(one.identity()));
      Denials.serial(one.serial()).map(Denial.Serial::new).ifPresent(known::add);
    }
    Stream.of(
            state.enrolments().keySet().stream(),
            state.nodes().values().stream().map(NodeAnnouncement::identity),
            state.imports().values().stream()
                .flatMap(services -> services.values().stream())
                .map(ImportedService::identity))
        .flatMap(Function.identity())
        .map(Denial.Identity::new)
        .forEach(known::add);
    denials.recognize(known);
  }

  private void deny(StateOwner state) {
    state.submit(new Delta.Denied(denials.denied()));
    try {
      Set<BigInteger> serials = denials.serials();
      List<byte[]> lists = authority.revocationLists(serials);
      if (lists.isEmpty() && !serials.isEmpty()) {
        LOG.warn(
            "sidecars are not told of the serial numbers that are denied, since the root's key is"
                + " not here to sign revocation lists: deny the identity");
      }
      state.submit(new Delta.Revoked(lists));
    } catch (IOException | GeneralSecurityException e) {
      LOG.errorf("sidecars are not told of the serial numbers denied: %s", e.getMessage());
    }
  }

  /** The service that signs. */
  CertificateRpc rpc(
      JoinTokens tokens,
      Enrolments enrolments,
      SecureRandom random,
      MeterRegistry meters,
      Lifetimes lifetimes) {
    TokenIssuers issuers =
        lifetimes.add(
            new TokenIssuers(
                settings.ca().issuers(),
                settings.trustDomain(),
                clock,
                Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("weft-issuer-keys").factory()),
                random));
    // They are read again at each use: what is wrong now may be right then.
    issuers.problems().forEach(problem -> LOG.errorf("issuers of tokens: %s", problem));
    CertificateRpc rpc =
        new CertificateRpc(
            authority, tokens, issuers, enrolments, denials, issued, random::nextDouble);
    FunctionCounter.builder("weft_ca_signed", rpc, CertificateRpc::signed)
        .description("Certificates signed")
        .register(meters);
    for (SigningRefusal reason : SigningRefusal.values()) {
      FunctionCounter.builder("weft_ca_refused", rpc, one -> one.refused(reason))
          .description("Requests for a certificate that were refused")
          .tag("reason", reason.label())
          .register(meters);
    }
    for (SvidFault fault : SvidFault.values()) {
      FunctionCounter.builder("weft_agent_peers_refused", trust, one -> one.refused(fault))
          .description("Certificates of callers and of peers' agents that were refused")
          .tag("reason", fault.label())
          .register(meters);
    }
    FunctionCounter.builder("weft_agent_denied", denials, Denials::refused)
        .description("Calls of callers on the deny list")
        .register(meters);
    return rpc;
  }

  /** Begins what happens from time to time, and gives what the API shows. */
  CaContext start(
      RootRotation.Witnesses witnesses,
      StateOwner state,
      Enrolments enrolments,
      MeterRegistry meters,
      Lifetimes lifetimes) {
    RootRotation rotation =
        new RootRotation(authority, identity, witnesses, () -> provided(settings, clock));
    Forecasts forecasts =
        new Forecasts(
            authority,
            identity,
            issued,
            () -> {
              Map<String, List<byte[]>> roots = new HashMap<>();
              state
                  .current()
                  .peers()
                  .values()
                  .forEach(peer -> roots.put(peer.trustDomain().name(), peer.bundle()));
              return roots;
            });
    lifetimes.add(
        new Renewals(
            identity,
            enrolments,
            denials,
            issued,
            rotation,
            new CertificateMetrics(forecasts, meters, clock),
            () -> recognizeDenied(state.current())));
    return new CaContext(settings.trustDomain().name(), rotation, forecasts, denials, clock);
  }
}
