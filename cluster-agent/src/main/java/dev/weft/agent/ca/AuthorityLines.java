package dev.weft.agent.ca;

import dev.weft.agent.ca.Authority.Issuer;
import dev.weft.agent.ca.Authority.Line;
import dev.weft.policy.identity.SpiffeId;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Makes lines of authority, and signs with them. Stateless but for random numbers. */
final class AuthorityLines {
  /**
   * Clocks of one machine room differ; a certificate is valid from this long before it was made.
   */
  static final Duration BACKDATE = Duration.ofMinutes(1);

  private final CertificateTemplates templates;
  private final CertificateLives lives;
  private final InstantSource clock;

  AuthorityLines(CertificateTemplates templates, CertificateLives lives, InstantSource clock) {
    this.templates = templates;
    this.lives = lives;
    this.clock = clock;
  }

  KeyPair newKey() throws GeneralSecurityException {
    return templates.newKey();
  }

  /** A new root, and an intermediate below it. */
  Line fresh() throws GeneralSecurityException {
    Instant now = clock.instant();
    KeyPair key = templates.newKey();
    X509Certificate root = templates.root(key, now.minus(BACKDATE), now.plus(lives.root()));
    return new Line(root, key.getPrivate(), intermediate(root, key.getPrivate(), now), List.of());
  }

  /** What an operator brought, which was checked where it was read. */
  Line of(ProvidedAuthority provided) throws GeneralSecurityException {
    return switch (provided) {
      case ProvidedAuthority.OfRoot(X509Certificate root, PrivateKey key) ->
          new Line(root, key, intermediate(root, key, clock.instant()), List.of());
      case ProvidedAuthority.OfSigning(
              X509Certificate root,
              X509Certificate signing,
              PrivateKey key,
              List<X509Certificate> between) ->
          new Line(root, null, new Issuer(signing, key), between);
    };
  }

  /**
   * The same line with a new intermediate.
   *
   * @throws GeneralSecurityException when the root's key is not here
   */
  Line renewed(Line line) throws GeneralSecurityException {
    PrivateKey key = line.rootKey();
    if (key == null) {
      throw new GeneralSecurityException(
          "the root's key is not here: whoever has it makes the next intermediate");
    }
    return new Line(line.root(), key, intermediate(line.root(), key, clock.instant()), List.of());
  }

  /** Whether its intermediate is near its end and can be replaced. */
  boolean due(Line line) {
    Instant soon = clock.instant().plus(lives.reserve());
    return line.rootKey() != null
        && !line.signing().certificate().getNotAfter().toInstant().isAfter(soon)
        && line.root().getNotAfter().toInstant().isAfter(soon);
  }

  /**
   * A workload's certificate.
   *
   * @throws GeneralSecurityException also when the line has ended
   */
  X509Certificate leaf(Line line, SpiffeId id, PublicKey key, Instant now, Duration ttl)
      throws GeneralSecurityException {
    X509Certificate issuer = line.signing().certificate();
    Duration cut = ttl.compareTo(lives.workload()) > 0 ? lives.workload() : ttl;
    Instant notAfter = now.plus(cut.compareTo(lives.shortest()) < 0 ? lives.shortest() : cut);
    Instant end = end(line);
    if (!end.isAfter(now)) {
      throw new GeneralSecurityException("the certificate authority ended at " + end);
    }
    return templates.workload(
        issuer,
        line.signing().key(),
        key,
        id,
        now.minus(BACKDATE),
        notAfter.isAfter(end) ? end : notAfter);
  }

  /** When the first certificate above the leaves ends. */
  private static Instant end(Line line) {
    Instant end = line.root().getNotAfter().toInstant();
    for (X509Certificate one : line.chain(line.signing().certificate())) {
      Instant its = one.getNotAfter().toInstant();
      end = its.isBefore(end) ? its : end;
    }
    return end;
  }

  private Issuer intermediate(X509Certificate root, PrivateKey rootKey, Instant now)
      throws GeneralSecurityException {
    KeyPair key = templates.newKey();
    Instant rootEnd = root.getNotAfter().toInstant();
    Instant end = now.plus(lives.intermediate());
    X509Certificate certificate =
        templates.intermediate(
            root,
            rootKey,
            key.getPublic(),
            now.minus(BACKDATE),
            end.isAfter(rootEnd) ? rootEnd : end);
    return new Issuer(certificate, key.getPrivate());
  }
}
