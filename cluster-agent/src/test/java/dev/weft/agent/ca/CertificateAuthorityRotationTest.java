package dev.weft.agent.ca;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.ca.AuthorityStatus.Phase;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From one root to the next; the agent dies after every step. */
class CertificateAuthorityRotationTest {
  private static final TrustDomain EAST = new TrustDomain("east.demo");
  private static final SpiffeId PAYMENTS =
      SpiffeId.parse("spiffe://east.demo/ns/default/sa/payments");

  @TempDir Path directory;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void everyStepSurvivesTheDeathOfTheAgent() throws Exception {
    CertificateAuthority authority = open();
    X509Certificate first = authority.roots().getFirst();
    List<X509Certificate> old = sign(authority);

    assertThat(authority.beginRotation(Optional.empty())).isTrue();
    authority = open();
    assertThat(authority.status().phase()).isEqualTo(Phase.SPREADING);
    assertThat(authority.roots()).hasSize(2).startsWith(first);
    X509Certificate next = authority.roots().get(1);
    assertThat(authority.beginRotation(Optional.empty())).isFalse();
    assertThat(authority.roots()).containsExactly(first, next);
    assertThat(trusts(List.of(first), sign(authority))).isTrue();
    assertThat(bundle()).hasSize(2);

    now = now.plus(Duration.ofHours(1));
    assertThat(authority.signWithNext()).isTrue();
    authority = open();
    assertThat(authority.signWithNext()).isFalse();
    assertThat(authority.status().phase()).isEqualTo(Phase.RETIRING);
    assertThat(authority.roots()).containsExactly(next, first);
    assertThat(trusts(List.of(next), sign(authority))).isTrue();
    assertThat(trusts(authority.roots(), old)).isTrue();
    // Who was away meanwhile still knows the agent.
    assertThat(trusts(List.of(first), own(authority))).isTrue();

    now = now.plus(Duration.ofHours(23));
    assertThat(authority.retire()).isFalse();
    now = now.plus(Duration.ofHours(2));
    assertThat(authority.retire()).isTrue();
    authority = open();
    assertThat(authority.status().phase()).isEqualTo(Phase.STEADY);
    assertThat(authority.roots()).containsExactly(next);
    assertThat(bundle()).hasSize(1);
    assertThat(trusts(List.of(next), own(authority))).isTrue();
    assertThat(authority.retire()).isFalse();
  }

  @Test
  void theLastRootsKeyIsGivenUpWhenTheNextOneSigns() throws Exception {
    CertificateAuthority authority = open();
    authority.beginRotation(Optional.empty());
    assertThat(keys()).isEqualTo(4);
    authority.signWithNext();
    assertThat(keys()).isEqualTo(3);
  }

  @Test
  void anIntermediateIsReplacedAtOnceUnderTheSameRoot() throws Exception {
    CertificateAuthority authority = open();
    List<X509Certificate> before = sign(authority);
    authority.rotateIntermediate();
    List<X509Certificate> after = sign(open());
    assertThat(after.get(1)).isNotEqualTo(before.get(1));
    assertThat(trusts(authority.roots(), before)).isTrue();
    assertThat(trusts(authority.roots(), after)).isTrue();
  }

  @Test
  void aRestoredCopySignsWhatRunningNodesAccept(@TempDir Path elsewhere) throws Exception {
    CertificateAuthority lost = open();
    List<X509Certificate> roots = lost.roots();
    List<X509Certificate> running = sign(lost);
    Files.copy(directory.resolve("authority.pem"), elsewhere.resolve("authority.pem"));
    Files.setPosixFilePermissions(
        elsewhere.resolve("authority.pem"), PosixFilePermissions.fromString("rw-r--r--"));
    CertificateAuthority restored =
        CertificateAuthority.open(elsewhere, EAST, () -> now, new SecureRandom());
    assertThat(trusts(roots, sign(restored))).isTrue();
    assertThat(trusts(restored.roots(), running)).isTrue();
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(elsewhere.resolve("authority.pem"))))
        .isEqualTo("rw-------");
    assertThat(elsewhere.resolve("bundle.pem"))
        .hasSameTextualContentAs(directory.resolve("bundle.pem"));
  }

  private CertificateAuthority open() throws Exception {
    return CertificateAuthority.open(directory, EAST, () -> now, new SecureRandom());
  }

  private static List<X509Certificate> sign(CertificateAuthority authority) throws Exception {
    return authority
        .sign(
            PAYMENTS,
            KeyPairGenerator.getInstance("EC").generateKeyPair().getPublic(),
            Duration.ofHours(24))
        .chain();
  }

  private static List<X509Certificate> own(CertificateAuthority authority) throws Exception {
    return authority.signOwn(PAYMENTS, authority.newKey().getPublic()).chain();
  }

  private boolean trusts(List<X509Certificate> roots, List<X509Certificate> chain) {
    try {
      return new MeshTrust(Map.of(EAST, roots), () -> now).client(chain).equals(PAYMENTS);
    } catch (java.security.cert.CertificateException e) {
      return false;
    }
  }

  private List<Pem.Block> bundle() throws Exception {
    return Pem.decode(Files.readString(directory.resolve("bundle.pem"), US_ASCII));
  }

  private long keys() throws Exception {
    return Pem.decode(Files.readString(directory.resolve("authority.pem"), US_ASCII)).stream()
        .filter(block -> block.label().equals(Pem.PRIVATE_KEY))
        .count();
  }
}
