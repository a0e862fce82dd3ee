package dev.weft.agent.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
  private static final TrustDomain EAST = new TrustDomain("east.demo");
  private static final SpiffeId PAYMENTS =
      SpiffeId.parse("spiffe://east.demo/ns/default/sa/payments");

  @TempDir Path directory;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void theSecondStartFindsTheFirstOnesAuthority() throws Exception {
    List<X509Certificate> roots = open(EAST).roots();
    assertThat(open(EAST).roots()).isEqualTo(roots);
    assertThat(permissions("authority.pem")).isEqualTo("rw-------");
    assertThat(permissions("bundle.pem")).isEqualTo("rw-r--r--");
  }

  @Test
  void aRestoredCopyIsForItsOwnerOnlyAgain() throws Exception {
    open(EAST);
    Path file = directory.resolve("authority.pem");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    open(EAST);
    assertThat(permissions("authority.pem")).isEqualTo("rw-------");
    assertThat(permissions("")).isEqualTo("rwx------");
    assertThat(permissions("bundle.pem")).isEqualTo("rw-r--r--");
  }

  @Test
  void aDamagedFileIsNamedAndNotReplaced() throws Exception {
    open(EAST);
    Path file = directory.resolve("authority.pem");
    String whole = Files.readString(file);
    for (String damaged :
        List.of("", whole.substring(0, whole.length() / 2), whole.replaceFirst("MII", "AAA"))) {
      Files.writeString(file, damaged);
      assertThatThrownBy(() -> open(EAST))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("authority.pem");
      assertThat(Files.readString(file)).isEqualTo(damaged);
    }
  }

  @Test
  void aLostAuthorityIsNotSilentlyMadeAnew() throws Exception {
    open(EAST);
    Files.delete(directory.resolve("authority.pem"));
    assertThatThrownBy(() -> open(EAST))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("keys are lost");
  }

  @Test
  void anotherClustersAuthorityIsNotTaken() throws Exception {
    open(EAST);
    assertThatThrownBy(() -> open(new TrustDomain("west.demo")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("spiffe://east.demo")
        .hasMessageContaining("spiffe://west.demo");
  }

  @Test
  void aWorkloadsCertificateIsAnSvid() throws Exception {
    CertificateAuthority.Issued issued =
        open(EAST).sign(PAYMENTS, key().getPublic(), Duration.ofDays(30));
    X509Certificate leaf = issued.chain().getFirst();
    assertThat(leaf.getSubjectAlternativeNames())
        .singleElement()
        .asString()
        .contains(PAYMENTS.uri());
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(leaf.getKeyUsage())
        .startsWith(true, false)
        .doesNotContain(true, org.assertj.core.data.Index.atIndex(5));
    assertThat(leaf.getExtendedKeyUsage()).hasSize(2);
    assertThat(leaf.getNotBefore().toInstant()).isEqualTo(now.minusSeconds(60));
    assertThat(leaf.getNotAfter().toInstant()).isEqualTo(now.plus(Duration.ofHours(24)));
    leaf.verify(issued.chain().get(1).getPublicKey());
  }

  @Test
  void theIntermediateIsRenewedBeforeItEndsAndTheRootStays() throws Exception {
    CertificateAuthority authority = open(EAST);
    X509Certificate before =
        authority.sign(PAYMENTS, key().getPublic(), Duration.ofHours(1)).chain().get(1);
    now = now.plus(Duration.ofDays(340));
    X509Certificate after =
        authority.sign(PAYMENTS, key().getPublic(), Duration.ofHours(1)).chain().get(1);
    assertThat(after).isNotEqualTo(before);
    after.verify(authority.roots().getFirst().getPublicKey());
    assertThat(open(EAST).sign(PAYMENTS, key().getPublic(), Duration.ofHours(1)).chain().get(1))
        .isEqualTo(after);
  }

  @Test
  void theAgentsOwnCertificateIsRenewedAtHalfItsLife() throws Exception {
    AgentIdentity identity =
        new AgentIdentity(
            open(EAST), SpiffeId.parse("spiffe://east.demo/ns/weft-system/sa/agent"), () -> now);
    var keys = identity.keyManager();
    String alias = keys.chooseEngineServerAlias("EC", null, null);
    X509Certificate first = keys.getCertificateChain(alias)[0];
    now = now.plus(Duration.ofHours(11));
    assertThat(identity.renewIfDue()).isFalse();
    now = now.plus(Duration.ofHours(1));
    assertThat(identity.renewIfDue()).isTrue();
    assertThat(keys.getCertificateChain(alias)[0]).as("a handshake under way").isEqualTo(first);
    assertThat(keys.getCertificateChain(keys.chooseEngineServerAlias("EC", null, null))[0])
        .isNotEqualTo(first);
  }

  private CertificateAuthority open(TrustDomain domain) throws IOException {
    return CertificateAuthority.open(directory, domain, () -> now, new SecureRandom());
  }

  private String permissions(String file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file)));
  }

  private static KeyPair key() throws Exception {
    return KeyPairGenerator.getInstance("EC").generateKeyPair();
  }
}
