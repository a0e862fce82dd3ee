package dev.weft.proxy.tls;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.svid.PeerRole;
import dev.weft.policy.svid.SvidFault;
import dev.weft.policy.svid.SvidVerdict;
import dev.weft.proxy.bootstrap.DataDirectory;
import dev.weft.proxy.config.SanMatcher;
import dev.weft.proxy.config.TrustContext;
import dev.weft.proxy.tls.CertificateSigner.Credential;
import dev.weft.proxy.tls.CertificateSigner.Signed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The node's certificate through its life: from the disk or by a join token at first, renewed with
 * itself from then on.
 *
 * <pre>
 *   none ──token──▶ held ──half-life──▶ renewing ──▶ held …
 *                    ▲ disk                └─ failed: again later, the old one serves on to its end
 * </pre>
 *
 * Confined to the control thread. File writes are small and rare, and happen on it.
 */
public final class Identity {
  private static final Logger LOG = Logger.getLogger(Identity.class);
  private static final Duration SHORTEST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

  private final Enrolment enrolment;
  private final IdentityFiles files;
  private final CertificateSigner signer;
  private final ScheduledExecutorService control;
  private final TlsMaterialSink sink;
  private final InstantSource clock;
  private final SecureRandom random;
  private @Nullable TlsMaterial held;
  private Duration retry = SHORTEST_RETRY;
  private boolean stopped;

  /** Asked for by scrapes, too. */
  private volatile Instant overdueAt = Instant.MAX;

  private String status = "no certificate yet";

  /**
   * What is needed until there is a certificate.
   *
   * @param roots PEM file with the own trust domain's roots
   * @param token file with the join token
   */
  public record Enrolment(SpiffeId id, Path roots, Optional<Path> token) {}

  /**
   * @param sink gets every certificate, the one from the disk included
   */
  public Identity(
      Enrolment enrolment,
      DataDirectory directory,
      CertificateSigner signer,
      ScheduledExecutorService control,
      TlsMaterialSink sink,
      InstantSource clock,
      SecureRandom random) {
    this.enrolment = enrolment;
    this.files = new IdentityFiles(directory);
    this.signer = signer;
    this.control = control;
    this.sink = sink;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Publishes the kept certificate or asks for the first one, again and again until there is one.
   */
  public void start() {
    Optional<TlsMaterial> kept = files.load().filter(this::isUsable);
    if (kept.isPresent()) {
      hold(kept.get(), Duration.ZERO);
    } else {
      enrol();
    }
  }

  /** Ends renewals. */
  public void stop() {
    stopped = true;
  }

  /**
   * The roots of the own trust domain are these by now, DER: the agent is known by them from the
   * next connection on, over restarts too. Roots that would not vouch for the certificate in use
   * are not taken: its renewal brings others.
   */
  public void trust(List<byte[]> roots) {
    TlsMaterial current = held;
    if (current == null || roots.isEmpty() || sameRoots(roots, current.ownRoots())) {
      return;
    }
    TlsMaterial with = new TlsMaterial(current.key(), current.chain(), Certificates.fromDer(roots));
    if (verdict(with) instanceof SvidVerdict.Refused(SvidFault _, String detail)) {
      LOG.warnf("the roots that the agent sent are not taken yet: %s", detail);
      return;
    }
    try {
      files.save(with);
    } catch (IOException e) {
      LOG.warnf("the new roots cannot be kept, and are lost with this process: %s", e);
    }
    held = with;
    sink.publish(with);
    LOG.infof("the own trust domain has %d roots now", roots.size());
  }

  private static boolean sameRoots(List<byte[]> roots, List<X509Certificate> held) {
    return roots.size() == held.size()
        && held.stream().allMatch(root -> roots.stream().anyMatch(der -> isDerOf(der, root)));
  }

  private static boolean isDerOf(byte[] der, X509Certificate root) {
    try {
      return Arrays.equals(der, root.getEncoded());
    } catch (CertificateEncodingException e) {
      return false;
    }
  }

  /**
   * Whether half of what was left when the certificate should have been renewed, at half of its
   * life, is gone: it is time to look why. Also what has ended.
   */
  public boolean renewalOverdue() {
    return !clock.instant().isBefore(overdueAt);
  }

  /** In words, for readiness and the configuration dump. */
  public String status() {
    return status;
  }

  /** The certificate in use, if there is one. */
  public Optional<TlsMaterial> held() {
    return Optional.ofNullable(held);
  }

  private boolean isUsable(TlsMaterial material) {
    return switch (verdict(material)) {
      case SvidVerdict.Accepted _ -> true;
      case SvidVerdict.Refused(SvidFault _, String detail) -> {
        LOG.warnf("the certificate kept on disk is of no use (%s), enrolling again", detail);
        yield false;
      }
    };
  }

  /** Whether the certificate is ours by its own roots: what a peer would find. */
  private SvidVerdict verdict(TlsMaterial material) {
    SanMatcher self =
        new SanMatcher(
            SanMatcher.SanType.URI, new StringMatcher.Exact(enrolment.id().uri(), false));
    TrustContext trust = TrustContext.of(enrolment.id().trustDomain().name(), material.ownRoots());
    return new SpiffeVerifier(trust, List.of(self), clock)
        .verify(material.chain(), PeerRole.CLIENT);
  }

  private void enrol() {
    try {
      String token =
          enrolment.token().isPresent() ? Files.readString(enrolment.token().get()).strip() : "";
      if (token.isEmpty()) {
        failed("no certificate, and no join token to get one with");
        return;
      }
      List<X509Certificate> roots = Pem.certificates(Files.readString(enrolment.roots()));
      KeyPair key = pendingKey();
      status = "asking for the first certificate";
      request(key, new Credential.Token(token), roots);
    } catch (IOException e) {
      failed("cannot enrol: " + e);
    } catch (IllegalArgumentException e) {
      failed("cannot enrol: " + enrolment.roots() + " " + e.getMessage());
    }
  }

  private KeyPair pendingKey() throws IOException {
    Optional<KeyPair> pending = files.loadPending();
    if (pending.isPresent()) {
      return pending.get();
    }
    KeyPair key = CertificateRequest.newKey(random);
    files.savePending(key);
    return key;
  }

  private void renew() {
    TlsMaterial current = held;
    if (stopped || current == null) {
      return;
    }
    if (!clock.instant().isBefore(current.leaf().getNotAfter().toInstant())) {
      enrol();
      return;
    }
    request(CertificateRequest.newKey(random), new Credential.Current(current), current.ownRoots());
  }

  private void request(KeyPair key, Credential credential, List<X509Certificate> roots) {
    byte[] csr = CertificateRequest.encode(key, enrolment.id().uri());
    signer
        .sign(csr, credential, roots)
        .whenComplete((signed, failure) -> {
          if (failure != null) {
            failed("no certificate from the agent: " + messageOf(failure));
          } else {
            signed(key, signed);
          }
        });
  }

  private void signed(KeyPair key, Signed signed) {
    try {
      TlsMaterial material = new TlsMaterial(key.getPrivate(), signed.chain(), signed.roots());
      if (verdict(material) instanceof SvidVerdict.Refused(SvidFault _, String detail)) {
        failed("the agent signed something else: " + detail);
      } else if (!material.leaf().getPublicKey().equals(key.getPublic())) {
        failed("the agent signed another key");
      } else {
        files.save(material);
        hold(material, signed.renewAfter());
      }
    } catch (IOException e) {
      failed("cannot keep the certificate: " + e);
    } catch (IllegalArgumentException | UncheckedIOException e) {
      failed("the agent's answer is unusable: " + e.getMessage());
    }
  }

  private void hold(TlsMaterial material, Duration renewAfter) {
    held = material;
    retry = SHORTEST_RETRY;
    Instant end = material.leaf().getNotAfter().toInstant();
    status = "certificate until " + end;
    Duration wait = renewalWait(material, renewAfter);
    Instant due = clock.instant().plus(wait);
    Instant begin = material.leaf().getNotBefore().toInstant();
    // What was kept on disk may be past its due time: then its own times say when.
    overdueAt =
        renewAfter.isPositive()
            ? due.plus(Duration.between(due, end).dividedBy(2))
            : end.minus(Duration.between(begin, end).dividedBy(4));
    LOG.infof(
        "certificate %s until %s, renewed in %d s",
        material.leaf().getSerialNumber().toString(16), end, wait.toSeconds());
    sink.publish(material);
    control.schedule(this::renew, wait.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * What the authority says, else half of the life; five percent more or less, so that nodes spread
   * out.
   */
  private Duration renewalWait(TlsMaterial material, Duration renewAfter) {
    Instant begin = material.leaf().getNotBefore().toInstant();
    Instant end = material.leaf().getNotAfter().toInstant();
    Instant now = clock.instant();
    Duration half = Duration.between(now, begin.plus(Duration.between(begin, end).dividedBy(2)));
    Duration base = renewAfter.isPositive() ? renewAfter : half;
    Duration latest = Duration.between(now, end).multipliedBy(9).dividedBy(10);
    Duration bounded = base.compareTo(latest) > 0 ? latest : base;
    long millis = Math.max(0, bounded.toMillis());
    return Duration.ofMillis((long) ((double) millis * (0.95 + random.nextDouble() / 10)));
  }

  private void failed(String reason) {
    if (stopped) {
      return;
    }
    if (held == null) {
      status = reason;
    }
    LOG.warnf("%s; next attempt in %d s%s", reason, retry.toSeconds(), overdueText());
    boolean first = held == null;
    control.schedule(
        () -> {
          if (!stopped) {
            if (first) {
              enrol();
            } else {
              renew();
            }
          }
        },
        (long) ((double) retry.toMillis() * (0.75 + random.nextDouble() / 2)),
        TimeUnit.MILLISECONDS);
    Duration doubled = retry.multipliedBy(2);
    Duration longest = longestRetry();
    retry = doubled.compareTo(longest) > 0 ? longest : doubled;
  }

  private String overdueText() {
    TlsMaterial current = held;
    return current == null || !renewalOverdue()
        ? ""
        : "; the certificate should have been renewed by now and ends at "
            + current.leaf().getNotAfter().toInstant();
  }

  /** A minute, and less when what is left of the certificate would else not see many attempts. */
  private Duration longestRetry() {
    TlsMaterial current = held;
    if (current == null) {
      return LONGEST_RETRY;
    }
    Duration some =
        Duration.between(clock.instant(), current.leaf().getNotAfter().toInstant()).dividedBy(8);
    Duration bounded = some.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : some;
    return bounded.compareTo(SHORTEST_RETRY) < 0 ? SHORTEST_RETRY : bounded;
  }

  private static String messageOf(Throwable failure) {
    Throwable cause = failure.getCause();
    return String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
  }
}
