package dev.weft.agent.ca;

import dev.weft.agent.ca.Authority.Line;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.svid.SvidVerifier;
import java.io.IOException;
import java.math.BigInteger;
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
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Signs for one trust domain, and takes its root from one to the next in steps that are each
 * durable before they count. Thread-safe; a call may block on the disk when the intermediate is
 * renewed, once in about a year, and for the steps of a rotation.
 */
public final class CertificateAuthority {
  /** Lifetime of a workload's certificate unless it asks for less. */
  public static final Duration DEFAULT_TTL = CertificateLives.DEFAULT.workload();

  private final TrustDomain trustDomain;
  private final AuthorityFile file;
  private final AuthorityLines lines;
  private final CertificateLives lives;
  private final InstantSource clock;
  private final RevocationLists revocations;
  private final ReentrantLock change = new ReentrantLock();
  private final List<Runnable> rootsChanged = new CopyOnWriteArrayList<>();
  private volatile Authority authority;
  private volatile boolean revoking;

  private CertificateAuthority(
      TrustDomain trustDomain,
      AuthorityFile file,
      AuthorityLines lines,
      CertificateLives lives,
      InstantSource clock,
      RevocationLists revocations,
      Authority authority) {
    this.trustDomain = trustDomain;
    this.file = file;
    this.lines = lines;
    this.lives = lives;
    this.clock = clock;
    this.revocations = revocations;
    this.authority = authority;
  }

  /** Opens it with lives as usual and an authority of its own making. */
  public static CertificateAuthority open(
      Path directory, TrustDomain trustDomain, InstantSource clock, SecureRandom random)
      throws IOException {
    return open(directory, trustDomain, clock, random, CertificateLives.DEFAULT, Optional::empty);
  }

  /**
   * Opens the authority in this directory, making it at the first start. {@code bundle.pem} is
   * there when this returns.
   *
   * @param provided the operator's own; read where there is none yet
   * @throws IOException naming the file that cannot be read, written or used
   */
  public static CertificateAuthority open(
      Path directory,
      TrustDomain trustDomain,
      InstantSource clock,
      SecureRandom random,
      CertificateLives lives,
      ProvidedAuthority.Reader provided)
      throws IOException {
    AuthorityFile file = new AuthorityFile(directory);
    AuthorityLines lines =
        new AuthorityLines(new CertificateTemplates(trustDomain, random), lives, clock);
    try {
      Optional<Authority> found = file.load();
      Authority authority;
      if (found.isPresent()) {
        authority = found.get();
        requireOwn(authority.current().root(), trustDomain, directory);
      } else {
        Optional<ProvidedAuthority> brought = provided.read();
        Line first = brought.isPresent() ? lines.of(brought.get()) : lines.fresh();
        authority = new Authority(first, new Authority.Steady());
        file.save(authority);
      }
      file.saveBundle(authority.roots());
      RevocationLists revocations = RevocationLists.open(directory.resolve("revoked"), clock);
      for (Line line : authority.lines()) {
        revocations.know(line);
      }
      return new CertificateAuthority(
          trustDomain, file, lines, lives, clock, revocations, authority);
    } catch (GeneralSecurityException e) {
      throw new IOException("no certificate authority in " + directory + ": " + e.getMessage(), e);
    }
  }

  public TrustDomain trustDomain() {
    return trustDomain;
  }

  /** How long what it signs lives. */
  public CertificateLives lives() {
    return lives;
  }

  /** What verifiers of this trust domain have to trust; the root of what signs now first. */
  public List<X509Certificate> roots() {
    return authority.roots();
  }

  /** Is told, on the thread that changes them, that the roots are others. */
  public void onRootsChanged(Runnable listener) {
    rootsChanged.add(listener);
  }

  /**
   * A certificate for this key.
   *
   * @param ttl cut to what the issuer has left and to the longest life, raised to the shortest
   * @throws IllegalArgumentException for an identity of another trust domain
   */
  public Issued sign(SpiffeId id, PublicKey key, Duration ttl)
      throws GeneralSecurityException, IOException {
    return sign(line(), id, key, ttl);
  }

  /** A certificate for the agent itself: by the last line for as long as that is trusted. */
  Issued signOwn(SpiffeId id, PublicKey key) throws GeneralSecurityException, IOException {
    line();
    return sign(authority.own(), id, key, lives.workload());
  }

  private Issued sign(Line line, SpiffeId id, PublicKey key, Duration ttl)
      throws GeneralSecurityException {
    if (!id.trustDomain().equals(trustDomain)) {
      throw new IllegalArgumentException(id + " is not of trust domain " + trustDomain);
    }
    Instant now = clock.instant();
    X509Certificate leaf = lines.leaf(line, id, key, now, ttl);
    return new Issued(line.chain(leaf), now, leaf.getNotAfter().toInstant());
  }

  /** A fresh key of the kind the agent itself uses. */
  KeyPair newKey() throws GeneralSecurityException {
    return lines.newKey();
  }

  /** Where it is. */
  public AuthorityStatus status() {
    return AuthorityStatus.of(authority);
  }

  /**
   * Begins to make the next root known. Nothing happens where a rotation is under way already.
   *
   * @param provided the operator's next authority; empty: one of its own making
   * @return whether one was begun
   * @throws IOException when it could not be made durable, or what is provided cannot be used; then
   *     nothing has changed
   */
  public boolean beginRotation(Optional<ProvidedAuthority> provided)
      throws IOException, GeneralSecurityException {
    change.lock();
    try {
      Authority before = authority;
      if (!(before.rotation() instanceof Authority.Steady)) {
        return false;
      }
      Line next = provided.isPresent() ? lines.of(provided.get()) : lines.fresh();
      if (next.root().equals(before.current().root())) {
        throw new GeneralSecurityException("the root that is provided is the one that is used");
      }
      use(new Authority(before.current(), new Authority.Spreading(next, clock.instant())));
      return true;
    } finally {
      change.unlock();
    }
  }

  /**
   * Lets the next line sign from now on: everybody who matters trusts its root.
   *
   * @return whether it was due
   * @throws IOException when it could not be made durable; then nothing has changed
   */
  public boolean signWithNext() throws IOException {
    change.lock();
    try {
      Authority before = authority;
      if (!(before.rotation() instanceof Authority.Spreading(Line next, Instant _))) {
        return false;
      }
      Instant now = clock.instant();
      Instant longest = now.plus(lives.workload()).plus(lives.grace());
      Instant lineEnd = before.current().signing().certificate().getNotAfter().toInstant();
      use(
          new Authority(
              next,
              new Authority.Retiring(
                  before.current().withoutRootKey(),
                  now,
                  longest.isAfter(lineEnd) ? lineEnd : longest)));
      return true;
    } finally {
      change.unlock();
    }
  }

  /**
   * Whether the last certificate of the last line has ended, so that {@link #retire} may follow
   * once the agent itself has a certificate of the current one.
   */
  public boolean mayRetire() {
    return authority.rotation() instanceof Authority.Retiring(Line _, Instant _, Instant until)
        && !clock.instant().isBefore(until);
  }

  /** A certificate for the agent itself by the current line, whatever the rotation says. */
  Issued signOwnAnew(SpiffeId id, PublicKey key) throws GeneralSecurityException, IOException {
    return sign(line(), id, key, lives.workload());
  }

  /**
   * Ends a rotation: the last root is trusted no more.
   *
   * @return whether it was due
   * @throws IOException when it could not be made durable; then nothing has changed
   */
  public boolean retire() throws IOException {
    change.lock();
    try {
      if (!mayRetire()) {
        return false;
      }
      use(new Authority(authority.current(), new Authority.Steady()));
      return true;
    } finally {
      change.unlock();
    }
  }

  /**
   * The revocation lists of every issuer, for verifiers to have beside the roots. While there are
   * any the intermediate is not replaced: who does not have the next one's list yet would refuse
   * what it signs.
   *
   * @param serials of leaves that are not to be believed, whichever intermediate signed them
   * @return DER; empty where there are no serials, and where a list cannot be made because an
   *     operator keeps the root's key
   */
  public List<byte[]> revocationLists(Set<BigInteger> serials)
      throws IOException, GeneralSecurityException {
    change.lock();
    try {
      List<byte[]> lists =
          serials.isEmpty() ? List.of() : revocations.revoking(authority.lines(), serials);
      revoking = !lists.isEmpty();
      return lists;
    } finally {
      change.unlock();
    }
  }

  /**
   * Replaces the intermediate now. Nobody has to be told: its root is trusted already.
   *
   * @throws GeneralSecurityException when the root's key is not here, or serial numbers are denied
   */
  public void rotateIntermediate() throws IOException, GeneralSecurityException {
    change.lock();
    try {
      if (revoking) {
        throw new GeneralSecurityException(
            "serial numbers are denied: the intermediate can be replaced when those certificates"
                + " have ended");
      }
      Authority before = authority;
      use(new Authority(lines.renewed(before.current()), before.rotation()));
    } finally {
      change.unlock();
    }
  }

  private void use(Authority next) throws IOException {
    List<X509Certificate> before = authority.roots();
    try {
      for (Line line : next.lines()) {
        revocations.know(line);
      }
    } catch (GeneralSecurityException e) {
      throw new IOException("a revocation list could not be made", e);
    }
    file.save(next);
    authority = next;
    if (!before.equals(next.roots())) {
      file.saveBundle(next.roots());
      rootsChanged.forEach(Runnable::run);
    }
  }

  private Line line() throws GeneralSecurityException, IOException {
    Line now = authority.current();
    if (revoking || !lines.due(now)) {
      return now;
    }
    change.lock();
    try {
      if (lines.due(authority.current())) {
        rotateIntermediate();
      }
      return authority.current();
    } finally {
      change.unlock();
    }
  }

  private static void requireOwn(X509Certificate root, TrustDomain trustDomain, Path directory)
      throws IOException, GeneralSecurityException {
    String expected = "spiffe://" + trustDomain.name();
    List<String> names = SvidVerifier.uris(root);
    // An operator's root may name nothing.
    if (!names.isEmpty() && !names.equals(List.of(expected))) {
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
