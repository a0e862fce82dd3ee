package dev.weft.agent.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.agent.ca.AuthorityStatus;
import dev.weft.agent.ca.RootRotation;
import dev.weft.agent.model.Fingerprint;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authority, as shown.
 *
 * @param phase {@code steady}, {@code spreading} or {@code retiring}
 * @param since when the phase began, RFC 3339
 * @param until when the last root leaves, RFC 3339
 * @param waitingFor who has not acknowledged the next root
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CaView(
    String trustDomain,
    String phase,
    @Nullable String since,
    @Nullable String until,
    @Nullable WaitingFor waitingFor,
    List<Certificate> certificates) {

  /**
   * @param nodes ids of this cluster's sidecars and gateways
   * @param peers clusters
   */
  public record WaitingFor(List<String> nodes, List<String> peers) {}

  /**
   * @param kind {@code root} or {@code intermediate}
   * @param use {@code signing}, {@code next} or {@code last}
   * @param sha256 of its DER, hexadecimal
   */
  public record Certificate(
      String kind,
      String use,
      String subject,
      String serial,
      String sha256,
      String notBefore,
      String notAfter) {}

  static CaView of(String trustDomain, RootRotation rotation) {
    AuthorityStatus status = rotation.status();
    RootRotation.Missing missing = rotation.waitingFor();
    boolean waiting = status.phase() == AuthorityStatus.Phase.SPREADING;
    return new CaView(
        trustDomain,
        status.phase().name().toLowerCase(Locale.ROOT),
        status.since() == null ? null : status.since().toString(),
        status.until() == null ? null : status.until().toString(),
        waiting ? new WaitingFor(missing.nodes(), missing.peers()) : null,
        status.certificates().stream().map(CaView::certificate).toList());
  }

  private static Certificate certificate(AuthorityStatus.Held held) {
    return new Certificate(
        held.root() ? "root" : "intermediate",
        held.use().name().toLowerCase(Locale.ROOT),
        held.certificate().getSubjectX500Principal().getName(),
        held.certificate().getSerialNumber().toString(16),
        Fingerprint.of(held.certificate()),
        held.certificate().getNotBefore().toInstant().toString(),
        held.certificate().getNotAfter().toInstant().toString());
  }
}
