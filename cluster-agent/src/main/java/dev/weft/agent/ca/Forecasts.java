package dev.weft.agent.ca;

import dev.weft.agent.model.Fingerprint;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The end of every certificate that this agent knows of: its own authority's, its own, each node's,
 * and the roots of its peers. Thread-safe.
 */
public final class Forecasts {
  private static final Logger LOG = Logger.getLogger(Forecasts.class);

  /** The part of a peer's root's life that is left when one should see its successor. */
  private static final int PEERS_LAST_PART = 10;

  private final CertificateAuthority authority;
  private final AgentIdentity identity;
  private final IssuedCertificates issued;
  private final Supplier<Map<String, List<byte[]>>> peers;

  /**
   * @param peers DER roots by the peers' trust domains
   */
  public Forecasts(
      CertificateAuthority authority,
      AgentIdentity identity,
      IssuedCertificates issued,
      Supplier<Map<String, List<byte[]>>> peers) {
    this.authority = authority;
    this.identity = identity;
    this.issued = issued;
    this.peers = peers;
  }

  /** Those that end first in front. */
  public List<Forecast> all() {
    List<Forecast> all = new ArrayList<>();
    CertificateLives lives = authority.lives();
    for (AuthorityStatus.Held held : authority.status().certificates()) {
      // What is about to leave has its successor already.
      if (held.use() != AuthorityStatus.Use.LAST) {
        all.add(
            of(
                held.root() ? Forecast.Kind.ROOT : Forecast.Kind.INTERMEDIATE,
                authority.trustDomain().name(),
                held.certificate(),
                held.root() ? lives.intermediate() : lives.reserve()));
      }
    }
    X509Certificate own = identity.certificate();
    all.add(
        of(
            Forecast.Kind.AGENT,
            identity.id().uri(),
            own,
            life(own).minus(AuthorityLines.BACKDATE).dividedBy(2)));
    peers
        .get()
        .forEach((trustDomain, roots) -> roots.forEach(root -> addPeer(all, trustDomain, root)));
    issued.all().forEach(one -> all.add(of(one)));
    all.sort(
        Comparator.comparing(Forecast::notAfter)
            .thenComparing(Forecast::kind)
            .thenComparing(Forecast::name));
    return List.copyOf(all);
  }

  private static void addPeer(List<Forecast> all, String trustDomain, byte[] root) {
    try {
      X509Certificate certificate = AuthorityText.certificate(root);
      all.add(
          of(
              Forecast.Kind.PEER_ROOT,
              trustDomain,
              certificate,
              life(certificate).dividedBy(PEERS_LAST_PART)));
    } catch (GeneralSecurityException e) {
      LOG.debugf("a root of %s cannot be read: %s", trustDomain, e.getMessage());
    }
  }

  private static Forecast of(IssuedCertificates.Issued one) {
    Instant made = one.notBefore().plus(AuthorityLines.BACKDATE);
    Duration life = Duration.between(made, one.notAfter());
    return new Forecast(
        Forecast.Kind.NODE,
        one.node(),
        one.identity().uri(),
        one.serial(),
        "",
        one.notBefore(),
        made.plus(life.dividedBy(2)),
        one.notAfter());
  }

  /**
   * @param last how long before its end its successor is due, at most half of its life
   */
  private static Forecast of(
      Forecast.Kind kind, String name, X509Certificate certificate, Duration last) {
    Duration half = life(certificate).dividedBy(2);
    Instant end = certificate.getNotAfter().toInstant();
    return new Forecast(
        kind,
        name,
        kind == Forecast.Kind.AGENT ? name : "",
        certificate.getSerialNumber().toString(16),
        Fingerprint.of(certificate),
        certificate.getNotBefore().toInstant(),
        end.minus(last.compareTo(half) > 0 ? half : last),
        end);
  }

  private static Duration life(X509Certificate certificate) {
    return Duration.between(
        certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant());
  }
}
