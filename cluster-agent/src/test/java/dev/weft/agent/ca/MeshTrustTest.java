package dev.weft.agent.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.svid.SvidFault;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshTrustTest {
  private static final TrustDomain EAST = new TrustDomain("east.demo");
  private static final TrustDomain WEST = new TrustDomain("west.demo");
  private static final SpiffeId PAYMENTS =
      SpiffeId.parse("spiffe://east.demo/ns/default/sa/payments");
  private static final SpiffeId WEST_AGENT =
      SpiffeId.parse("spiffe://west.demo/ns/weft-system/sa/agent");

  @TempDir Path directory;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private CertificateAuthority east;
  private CertificateAuthority west;
  private MeshTrust trust;

  @BeforeEach
  void authorities() throws Exception {
    east =
        CertificateAuthority.open(directory.resolve("east"), EAST, () -> now, new SecureRandom());
    west =
        CertificateAuthority.open(directory.resolve("west"), WEST, () -> now, new SecureRandom());
    trust = new MeshTrust(Map.of(EAST, east.roots(), WEST, west.roots()), () -> now);
  }

  @Test
  void eachAuthorityVouchesForItsOwn() throws Exception {
    assertThat(trust.client(chain(east, PAYMENTS))).isEqualTo(PAYMENTS);
    assertThat(trust.client(chain(west, WEST_AGENT))).isEqualTo(WEST_AGENT);
  }

  @Test
  void aPeersAuthorityCannotMintOurIdentities() throws Exception {
    // What an evil west would do: its own trusted root signs a name of east's.
    KeyPair key = key();
    CertificateTemplates templates = new CertificateTemplates(WEST, new SecureRandom());
    KeyPair issuerKey = templates.newKey();
    X509Certificate root = templates.root(issuerKey, now, now.plus(Duration.ofDays(1)));
    trust.replace(Map.of(EAST, east.roots(), WEST, List.of(root)));
    X509Certificate forged =
        templates.workload(
            root,
            issuerKey.getPrivate(),
            key.getPublic(),
            PAYMENTS,
            now,
            now.plus(Duration.ofHours(1)));
    assertThatThrownBy(() -> trust.client(List.of(forged)))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining("truncated_chain");
  }

  @Test
  void unknownExpiredAndAuthoritysCertificatesAreNobody() throws Exception {
    List<X509Certificate> chain = chain(east, PAYMENTS);
    assertThatThrownBy(() -> trust.client(List.of(chain.get(1), east.roots().getFirst())))
        .isInstanceOf(CertificateException.class);
    assertThatThrownBy(() -> trust.client(List.of())).isInstanceOf(CertificateException.class);
    trust.replace(Map.of(WEST, west.roots()));
    assertThatThrownBy(() -> trust.client(chain)).hasMessageContaining("wrong_trust_domain");
    trust.replace(Map.of(EAST, east.roots()));
    now = now.plus(Duration.ofHours(25));
    assertThatThrownBy(() -> trust.client(chain)).hasMessageContaining("expired");
    assertThat(trust.refused(SvidFault.EXPIRED)).isEqualTo(1);
    assertThat(trust.refused(SvidFault.NO_CERTIFICATE)).isEqualTo(1);
  }

  @Test
  void aServerHasToBeTheOneThatIsDialled() throws Exception {
    var manager = trust.server(WEST_AGENT);
    manager.checkServerTrusted(
        chain(west, WEST_AGENT).toArray(X509Certificate[]::new), "ECDHE_ECDSA");
    SpiffeId other = SpiffeId.parse("spiffe://west.demo/ns/default/sa/payments");
    X509Certificate[] wrong = chain(west, other).toArray(X509Certificate[]::new);
    assertThatThrownBy(() -> manager.checkServerTrusted(wrong, "ECDHE_ECDSA"))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining("expected " + WEST_AGENT);
  }

  private static List<X509Certificate> chain(CertificateAuthority authority, SpiffeId id)
      throws Exception {
    return authority.sign(id, key().getPublic(), Duration.ofHours(24)).chain();
  }

  private static KeyPair key() throws Exception {
    return KeyPairGenerator.getInstance("EC").generateKeyPair();
  }
}
