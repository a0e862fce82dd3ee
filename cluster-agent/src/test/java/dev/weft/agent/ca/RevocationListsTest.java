package dev.weft.agent.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.svid.PeerRole;
import dev.weft.policy.svid.SvidFault;
import dev.weft.policy.svid.SvidVerdict;
import dev.weft.policy.svid.SvidVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is revoked is refused and nobody else, whatever the authority goes through. */
class RevocationListsTest {
  private static final TrustDomain EAST = new TrustDomain("east.demo");
  private static final SpiffeId PAYMENTS =
      SpiffeId.parse("spiffe://east.demo/ns/default/sa/payments");

  @TempDir private Path directory;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void whoIsRevokedIsRefusedAndNobodyElse() throws Exception {
    CertificateAuthority authority = open();
    List<X509Certificate> stolen = sign(authority);
    List<X509Certificate> good = sign(authority);
    assertThat(authority.revocationLists(Set.of())).isEmpty();
    assertThat(verdicts(authority, stolen, good, stolen)).containsExactly("", "revoked");
  }

  @Test
  void certificatesOfTheLastIntermediateAreGoodAlsoAfterARestart() throws Exception {
    CertificateAuthority authority = open();
    List<X509Certificate> stolen = sign(authority);
    List<X509Certificate> good = sign(authority);
    authority.rotateIntermediate();
    List<X509Certificate> later = sign(authority);
    assertThat(verdicts(authority, stolen, good, later, stolen)).containsExactly("", "", "revoked");
    CertificateAuthority restarted = open();
    assertThat(verdicts(restarted, stolen, good, later)).containsExactly("", "");
  }

  @Test
  void everyPhaseOfARotationHasListsOfBothLines() throws Exception {
    CertificateAuthority authority = open();
    List<X509Certificate> stolen = sign(authority);
    List<X509Certificate> old = sign(authority);
    authority.beginRotation(Optional.empty());
    assertThat(verdicts(authority, stolen, stolen, old)).containsExactly("revoked", "");
    authority.signWithNext();
    assertThat(verdicts(open(), stolen, old, stolen, sign(authority)))
        .containsExactly("", "revoked", "");
    now = now.plus(Duration.ofHours(25));
    assertThat(authority.retire()).isTrue();
    assertThat(verdicts(authority, stolen, sign(authority))).containsExactly("");
    // Those of the last line are forgotten.
    try (var files = Files.list(directory.resolve("revoked"))) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void theIntermediateStaysWhileSomebodyIsRevoked() throws Exception {
    CertificateAuthority authority = open();
    List<X509Certificate> stolen = sign(authority);
    assertThat(authority.revocationLists(serials(stolen))).hasSize(2);
    assertThatThrownBy(authority::rotateIntermediate)
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessageContaining("serial numbers are denied");
    // Also when its time has come.
    now = now.plus(Duration.ofDays(350));
    assertThat(sign(authority).get(1)).isEqualTo(stolen.get(1));
    assertThat(authority.revocationLists(Set.of())).isEmpty();
    assertThat(sign(authority).get(1)).isNotEqualTo(stolen.get(1));
  }

  private CertificateAuthority open() throws IOException {
    return CertificateAuthority.open(directory, EAST, () -> now, new SecureRandom());
  }

  private static List<X509Certificate> sign(CertificateAuthority authority) throws Exception {
    return authority
        .sign(PAYMENTS, authority.newKey().getPublic(), CertificateAuthority.DEFAULT_TTL)
        .chain();
  }

  private static Set<java.math.BigInteger> serials(List<X509Certificate> chain) {
    return Set.of(chain.getFirst().getSerialNumber());
  }

  /** The faults of chains, empty where there is none. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  private List<String> verdicts(
      CertificateAuthority authority,
      List<X509Certificate> revoked,
      List<X509Certificate>... chains)
      throws Exception {
    SvidVerifier verifier =
        new SvidVerifier(
            Map.of("east.demo", authority.roots()),
            Map.of(
                "east.demo",
                dev.weft.policy.svid.RevocationLists.fromDer(
                    authority.revocationLists(serials(revoked)))));
    return List.of(chains).stream()
        .map(chain ->
            verifier.verify(chain, PeerRole.CLIENT, now)
                    instanceof SvidVerdict.Refused(SvidFault fault, String _)
                ? fault.label()
                : "")
        .toList();
  }
}
