package dev.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.svid.PeerRole;
import dev.weft.policy.svid.SvidFault;
import dev.weft.policy.svid.SvidVerdict;
import dev.weft.proxy.config.SanMatcher;
import dev.weft.proxy.config.SanMatcher.SanType;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** Each way in which a certificate can be wrong has its own reason; real signatures throughout. */
final class SpiffeVerifierTest {
  /** Within the life of certificates that are made a while after it, too. */
  private static final Instant NOW = Instant.now().plus(Duration.ofMinutes(20));

  private static final TestPki EAST = TestPki.of("east.demo");
  private static final TestPki WEST = TestPki.of("west.demo");
  private static final String PAYMENTS = "spiffe://east.demo/ns/default/sa/payments";
  private static final TestPki.Leaf ORDINARY = TestPki.Leaf.ordinary(NOW);

  private static SpiffeVerifier verifier(String... expected) {
    List<SanMatcher> names =
        List.of(expected).stream()
            .map(uri -> new SanMatcher(SanType.URI, new StringMatcher.Exact(uri, false)))
            .toList();
    return new SpiffeVerifier(TestPki.trust(EAST, WEST), names, InstantSource.fixed(NOW));
  }

  private static void assertRefused(
      List<X509Certificate> chain, SvidFault fault, String... expected) {
    SvidVerdict verdict = verifier(expected).verify(chain, PeerRole.SERVER);
    assertThat(verdict).isInstanceOf(SvidVerdict.Refused.class);
    assertThat(((SvidVerdict.Refused) verdict).fault()).isEqualTo(fault);
  }

  @Test
  void acceptsAnIdentityOfEachTrustedDomain() {
    assertThat(verifier().verify(EAST.svid("default", "payments").chain(), PeerRole.CLIENT))
        .isEqualTo(new SvidVerdict.Accepted(PAYMENTS));
    assertThat(verifier().verify(WEST.svid("default", "orders").chain(), PeerRole.SERVER))
        .isEqualTo(new SvidVerdict.Accepted("spiffe://west.demo/ns/default/sa/orders"));
  }

  @Test
  void acceptsTheExpectedIdentityWithTheRootSentAlong() {
    TlsMaterial svid = EAST.svid("default", "payments");
    List<X509Certificate> withRoot = List.of(svid.chain().get(0), svid.chain().get(1), EAST.root());
    assertThat(verifier(PAYMENTS).verify(withRoot, PeerRole.SERVER))
        .isEqualTo(new SvidVerdict.Accepted(PAYMENTS));
  }

  @Test
  void refusesAPeerWithoutCertificate() {
    assertRefused(List.of(), SvidFault.NO_CERTIFICATE);
  }

  @Test
  void refusesAnExpiredCertificate() {
    TestPki.Leaf past =
        new TestPki.Leaf(
            NOW.minus(Duration.ofHours(2)),
            NOW.minus(Duration.ofSeconds(1)),
            false,
            KeyUsage.digitalSignature);
    assertRefused(EAST.issue(past, PAYMENTS).chain(), SvidFault.EXPIRED);
  }

  @Test
  void refusesACertificateThatIsNotValidYet() {
    TestPki.Leaf future =
        new TestPki.Leaf(
            NOW.plus(Duration.ofMinutes(1)),
            NOW.plus(Duration.ofHours(1)),
            false,
            KeyUsage.digitalSignature);
    assertRefused(EAST.issue(future, PAYMENTS).chain(), SvidFault.NOT_YET_VALID);
  }

  @Test
  void refusesAnUnknownTrustDomain() {
    assertRefused(
        TestPki.of("north.demo").svid("default", "payments").chain(), SvidFault.WRONG_TRUST_DOMAIN);
  }

  @Test
  void refusesTheRightDomainByAnotherAuthority() {
    assertRefused(
        TestPki.of("east.demo").svid("default", "payments").chain(), SvidFault.UNTRUSTED_ISSUER);
  }

  @Test
  void refusesAPeersAuthorityThatMintsOurOwnDomain() {
    assertRefused(WEST.issue(ORDINARY, PAYMENTS).chain(), SvidFault.UNTRUSTED_ISSUER, PAYMENTS);
  }

  @Test
  void refusesTwoNames() {
    assertRefused(
        EAST.issue(ORDINARY, PAYMENTS, "spiffe://east.demo/ns/default/sa/orders").chain(),
        SvidFault.SEVERAL_URIS);
  }

  @Test
  void refusesNoName() {
    assertRefused(EAST.issue(ORDINARY).chain(), SvidFault.MISSING_URI);
  }

  @Test
  void refusesANameThatIsNoSpiffeId() {
    assertRefused(
        EAST.issue(ORDINARY, "https://east.demo/ns/default/sa/payments").chain(),
        SvidFault.NOT_A_SPIFFE_ID);
    assertRefused(EAST.issue(ORDINARY, "spiffe://east.demo").chain(), SvidFault.NOT_A_SPIFFE_ID);
    assertRefused(
        EAST.issue(ORDINARY, "spiffe://EAST.demo/ns/a/sa/b").chain(), SvidFault.NOT_A_SPIFFE_ID);
    assertRefused(
        EAST.issue(ORDINARY, "spiffe://east.demo/ns/../sa/b?x").chain(), SvidFault.NOT_A_SPIFFE_ID);
    assertRefused(
        EAST.issue(ORDINARY, "spiffe://east.demo/ns/../sa/b").chain(), SvidFault.NOT_A_SPIFFE_ID);
    assertRefused(EAST.issue(ORDINARY, "spiffe://east.demo/.").chain(), SvidFault.NOT_A_SPIFFE_ID);
  }

  @Test
  void refusesAnAuthorityAsLeaf() {
    TestPki.Leaf authority =
        new TestPki.Leaf(
            ORDINARY.notBefore(), ORDINARY.notAfter(), true, KeyUsage.digitalSignature);
    assertRefused(EAST.issue(authority, PAYMENTS).chain(), SvidFault.CA_AS_LEAF);
    assertRefused(List.of(EAST.root()), SvidFault.CA_AS_LEAF);
  }

  @Test
  void refusesALeafThatMaySign() {
    TestPki.Leaf signing =
        new TestPki.Leaf(
            ORDINARY.notBefore(),
            ORDINARY.notAfter(),
            false,
            KeyUsage.digitalSignature | KeyUsage.keyCertSign);
    assertRefused(EAST.issue(signing, PAYMENTS).chain(), SvidFault.KEY_USAGE);
  }

  @Test
  void refusesAWorkloadThatSignsForAnother() {
    TlsMaterial workload = EAST.svid("default", "orders");
    List<X509Certificate> forged =
        List.of(
            TestPki.of("east.demo").svid("default", "payments").leaf(),
            workload.chain().get(0),
            workload.chain().get(1));
    assertRefused(forged, SvidFault.BROKEN_CHAIN);
  }

  @Test
  void refusesAGenuinePeerThatWasNotAskedFor() {
    assertRefused(EAST.svid("default", "orders").chain(), SvidFault.IDENTITY_MISMATCH, PAYMENTS);
  }

  @Test
  void noBytesWhateverMakeItThrowOrLetAnybodyIn() throws Exception {
    TlsMaterial good = EAST.svid("default", "payments");
    byte[] leaf = good.leaf().getEncoded();
    Random random = new Random(1);
    int read = 0;
    for (int i = 0; i < 4_000; i++) {
      byte[] mutated = leaf.clone();
      for (int flips = random.nextInt(3); flips >= 0; flips--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
      }
      X509Certificate certificate;
      try {
        certificate = Certificates.fromDer(mutated);
      } catch (IllegalArgumentException e) {
        continue;
      }
      if (!certificate.equals(good.leaf())) {
        read++;
        assertRefused(certificate, good);
      }
    }
    assertThat(read).isGreaterThan(100);
  }

  private static void assertRefused(X509Certificate certificate, TlsMaterial good) {
    SvidVerdict verdict =
        verifier(PAYMENTS).verify(List.of(certificate, good.chain().get(1)), PeerRole.SERVER);
    assertThat(verdict).isInstanceOf(SvidVerdict.Refused.class);
    assertThat(((SvidVerdict.Refused) verdict).detail()).hasSizeLessThan(1_000);
  }
}
