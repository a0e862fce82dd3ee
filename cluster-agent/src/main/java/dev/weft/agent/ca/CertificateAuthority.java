package dev.weft.agent.ca;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Signs for one trust domain. Thread-safe; a call may block on the disk when the intermediate is
 * renewed, once in about a year.
 */
public final class CertificateAuthority {
  /** Lifetime of a workload's certificate unless it asks for less. */
  public static final Duration DEFAULT_TTL = Duration.ofHours(24);

  private static final Duration SHORTEST_TTL = Duration.ofMinutes(1);
  private static final Duration ROOT_LIFE = Duration.ofDays(3650);
  private static final Duration INTERMEDIATE_LIFE = Duration.ofDays(365);
  private static final Duration INTERMEDIATE_RESERVE = Duration.ofDays(30);

  /**
   * Clocks of one machine room differ; a certificate is valid from this long before it was made.
   */
  private static final Duration BACKDATE = Duration.ofMinutes(1);

  private final TrustDomain trustDomain;
  private final AuthorityFile file;
  private final CertificateTemplates templates;
  private final InstantSource clock;
  private final ReentrantLock renewal = new ReentrantLock();
  private volatile Authority authority;

  private CertificateAuthority(
      TrustDomain trustDomain,
      AuthorityFile file,
      CertificateTemplates templates,
      InstantSource clock,
      Authority authority) {
    this.trustDomain = trustDomain;
    this.file = file;
    this.templates = templates;
    this.clock = clock;
    this.authority = authority;
  }

  /**
   * Opens the authority in this directory, making it at the first start. {@code bundle.pem} is
   * there when this returns.
   *
   * @throws IOException naming the file that cannot be read, written or used
   */
  public static CertificateAuthority open(
      Path directory, TrustDomain trustDomain, InstantSource clock, SecureRandom random)
      throws IOException {
    AuthorityFile file = new AuthorityFile(directory);
    CertificateTemplates templates = new CertificateTemplates(trustDomain, random);
    try {
      Optional<Authority> found = file.load();
      Authority authority;
      if (found.isPresent()) {
        authority = found.get();
        requireOwn(authority.root().certificate(), trustDomain, directory);
      } else {
        Instant now = clock.instant();
        KeyPair rootKey = templates.newKey();
        X509Certificate root = templates.root(rootKey, now.minus(BACKDATE), now.plus(ROOT_LIFE));
        Authority.Issuer issuer = new Authority.Issuer(root, rootKey.getPrivate());
        authority = new Authority(issuer, newIntermediate(templates, issuer, now));
        file.save(authority);
      }
      file.saveBundle(authority.root().certificate());
      return new CertificateAuthority(trustDomain, file, templates, clock, authority);
    } catch (GeneralSecurityException e) {
      throw new IOException("no certificate authority in " + directory + ": " + e.getMessage(), e);
    }
  }

  public TrustDomain trustDomain() {
    return trustDomain;
  }

  /** What verifiers of this trust domain trust. */
  public List<X509Certificate> roots() {
    return List.of(authority.root().certificate());
  }

  /**
   * A certificate for this key.
   *
   * @param ttl cut to what the issuer has left and to {@link #DEFAULT_TTL}, raised to a minute
   * @throws IllegalArgumentException for an identity of another trust domain
   */
  public Issued sign(SpiffeId id, PublicKey key, Duration ttl)
      throws GeneralSecurityException, IOException {
    if (!id.trustDomain().equals(trustDomain)) {
      throw new IllegalArgumentException(id + " is not of trust domain " + trustDomain);
    }
    Instant now = clock.instant();
    Authority.Issuer issuer = issuer(now);
    Duration wanted = ttl.compareTo(DEFAULT_TTL) > 0 ? DEFAULT_TTL : ttl;
    Instant notAfter = now.plus(wanted.compareTo(SHORTEST_TTL) < 0 ? SHORTEST_TTL : wanted);
    Instant issuerEnd = issuer.certificate().getNotAfter().toInstant();
    X509Certificate leaf =
        templates.workload(
            issuer.certificate(),
            issuer.key(),
            key,
            id,
            now.minus(BACKDATE),
            notAfter.isAfter(issuerEnd) ? issuerEnd : notAfter);
    return new Issued(List.of(leaf, issuer.certificate()), now, leaf.getNotAfter().toInstant());
  }

  /** A fresh key of the kind the agent itself uses. */
  KeyPair newKey() throws GeneralSecurityException {
    return templates.newKey();
  }

  private Authority.Issuer issuer(Instant now) throws GeneralSecurityException, IOException {
    if (fresh(authority, now)) {
      return authority.intermediate();
    }
    renewal.lock();
    try {
      Authority before = authority;
      if (!fresh(before, now)) {
        Authority after =
            new Authority(before.root(), newIntermediate(templates, before.root(), now));
        file.save(after);
        authority = after;
      }
      return authority.intermediate();
    } finally {
      renewal.unlock();
    }
  }

  private static boolean fresh(Authority authority, Instant now) {
    return authority
        .intermediate()
        .certificate()
        .getNotAfter()
        .toInstant()
        .isAfter(now.plus(INTERMEDIATE_RESERVE));
  }

  private static Authority.Issuer newIntermediate(
      CertificateTemplates templates, Authority.Issuer root, Instant now)
      throws GeneralSecurityException {
    KeyPair key = templates.newKey();
    Instant rootEnd = root.certificate().getNotAfter().toInstant();
    Instant end = now.plus(INTERMEDIATE_LIFE);
    X509Certificate certificate =
        templates.intermediate(
            root.certificate(),
            root.key(),
            key.getPublic(),
            now.minus(BACKDATE),
            end.isAfter(rootEnd) ? rootEnd : end);
    return new Authority.Issuer(certificate, key.getPrivate());
  }

  private static void requireOwn(X509Certificate root, TrustDomain trustDomain, Path directory)
      throws IOException {
    String expected = "spiffe://" + trustDomain.name();
    List<String> names = SvidVerifier.uris(root);
    if (!names.equals(List.of(expected))) {
      throw new IOException(
          directory
              + " holds the authority of "
              + names
              + ", but weft.cluster and weft.mesh say "
              + expected);
    }
  }

  /**
   * A signed certificate.
   *
   * @param chain leaf first, without the root
   */
  public record Issued(List<X509Certificate> chain, Instant at, Instant notAfter) {

    /** Half of its life, the age at which it should be renewed. */
    public Duration halfLife() {
      return Duration.between(at, notAfter).dividedBy(2);
    }
  }
}
