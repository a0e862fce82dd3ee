package dev.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.svid.PeerRole;
import dev.weft.policy.svid.SvidFault;
import dev.weft.policy.svid.SvidVerdict;
import dev.weft.proxy.config.TrustContext;
import dev.weft.proxy.tls.TestAuthority.More;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Chains that lead to a root, or nearly so, and what authorities on their way may not sign. */
class ChainLimitsTest {
  private static final String ORDERS = "spiffe://east.demo/ns/default/sa/orders";
  private static final List<More> WORKLOAD = TestAuthority.workload(ORDERS);
  private static final TestAuthority ROOT = root(8_000, TestAuthority.authority(-1));
  private static final TestAuthority ISSUER = ROOT.authority("CN=issuer", "SHA256", ca());

  private static List<More> ca() {
    return TestAuthority.authority(-1);
  }

  private static TestAuthority root(int hours, List<More> extensions) {
    return TestAuthority.root("CN=root", TestPki.newKey(), hours, extensions);
  }

  private static List<More> with(List<More> some, More another) {
    List<More> all = new ArrayList<>(some);
    all.add(another);
    return all;
  }

  private static SvidVerdict verdict(TlsMaterial peer, TestAuthority... roots) {
    List<byte[]> bundle = new ArrayList<>();
    for (TestAuthority root : roots) {
      try {
        bundle.add(root.certificate().getEncoded());
      } catch (CertificateEncodingException e) {
        throw new IllegalStateException(e);
      }
    }
    return new SpiffeVerifier(
            new TrustContext(Map.of("east.demo", bundle)), List.of(), Instant::now)
        .verify(peer.chain(), PeerRole.CLIENT);
  }

  private static void assertAccepted(TlsMaterial peer, TestAuthority... roots) {
    assertThat(verdict(peer, roots)).isEqualTo(new SvidVerdict.Accepted(ORDERS));
  }

  private static void assertRefused(SvidFault fault, TlsMaterial peer, TestAuthority... roots) {
    assertThat(verdict(peer, roots))
        .isInstanceOfSatisfying(
            SvidVerdict.Refused.class, refused -> assertThat(refused.fault()).isEqualTo(fault));
  }

  @Test
  void aChainIsInOrderAndHoldsNothingElse() {
    X509Certificate issuer = ISSUER.certificate();
    TestAuthority lower = ISSUER.authority("CN=lower", "SHA256", ca());
    X509Certificate other = root(10, ca()).certificate();
    assertAccepted(ISSUER.workload(WORKLOAD, issuer), ROOT);
    assertAccepted(ISSUER.workload(WORKLOAD, issuer, ROOT.certificate()), ROOT);
    assertAccepted(lower.workload(WORKLOAD, lower.certificate(), issuer), ROOT);
    assertRefused(
        SvidFault.BROKEN_CHAIN, lower.workload(WORKLOAD, issuer, lower.certificate()), ROOT);
    assertRefused(SvidFault.BROKEN_CHAIN, lower.workload(WORKLOAD, issuer), ROOT);
    assertRefused(SvidFault.BROKEN_CHAIN, ISSUER.workload(WORKLOAD, issuer, issuer), ROOT);
    assertRefused(SvidFault.BROKEN_CHAIN, ISSUER.workload(WORKLOAD, other, issuer), ROOT);
  }

  @Test
  void aLeafThatComesAloneIsCutOffUnlessItSignedItself() {
    assertRefused(SvidFault.TRUNCATED_CHAIN, ISSUER.workload(WORKLOAD), ROOT);
    KeyPair own = TestPki.newKey();
    TestAuthority itself = TestAuthority.root("CN=workload", own, 10, WORKLOAD);
    assertRefused(
        SvidFault.UNTRUSTED_ISSUER,
        new TlsMaterial(own.getPrivate(), List.of(itself.certificate()), List.of()),
        ROOT);
    assertRefused(SvidFault.UNTRUSTED_ISSUER, root(10, ca()).workload(WORKLOAD), ROOT);
  }

  @Test
  void anIssuerSignsWhatItMay() {
    TestAuthority leaf = ISSUER.authority("CN=leaf", "SHA256", WORKLOAD);
    assertRefused(
        SvidFault.ISSUER_NOT_ALLOWED,
        leaf.workload(WORKLOAD, leaf.certificate(), ISSUER.certificate()),
        ROOT);
    TestAuthority last = ROOT.authority("CN=last", "SHA256", TestAuthority.authority(0));
    TestAuthority below = last.authority("CN=below", "SHA256", ca());
    assertAccepted(last.workload(WORKLOAD, last.certificate()), ROOT);
    assertRefused(
        SvidFault.ISSUER_NOT_ALLOWED,
        below.workload(WORKLOAD, below.certificate(), last.certificate()),
        ROOT);
    TestAuthority west =
        ROOT.authority("CN=west", "SHA256", with(ca(), TestAuthority.names("west.demo")));
    assertRefused(SvidFault.ISSUER_NOT_ALLOWED, west.workload(WORKLOAD, west.certificate()), ROOT);
  }

  @Test
  void aRootSignsWhatItMayToo() {
    TestAuthority one = root(10, TestAuthority.authority(0));
    assertAccepted(one.workload(WORKLOAD), one);
    TestAuthority issuer = one.authority("CN=issuer", "SHA256", ca());
    assertRefused(
        SvidFault.ISSUER_NOT_ALLOWED, issuer.workload(WORKLOAD, issuer.certificate()), one);
    TestAuthority east = root(10, with(ca(), TestAuthority.names("east.demo")));
    assertAccepted(east.workload(WORKLOAD), east);
    TestAuthority west = root(10, with(ca(), TestAuthority.names("west.demo")));
    assertRefused(SvidFault.ISSUER_NOT_ALLOWED, west.workload(WORKLOAD), west);
    TestAuthority none = root(10, WORKLOAD);
    assertRefused(SvidFault.ISSUER_NOT_ALLOWED, none.workload(WORKLOAD), none);
  }

  @Test
  void aRootThatHasEndedVouchesForNobodyAndItsSuccessorDoes() {
    KeyPair key = TestPki.newKey();
    TestAuthority ended = TestAuthority.root("CN=root", key, 0, ca());
    TestAuthority renewed = TestAuthority.root("CN=root", key, 10, ca());
    TestAuthority another = root(10, ca());
    TlsMaterial peer = renewed.workload(WORKLOAD);
    assertRefused(SvidFault.EXPIRED, peer, ended);
    assertRefused(SvidFault.EXPIRED, peer, another, ended);
    assertRefused(SvidFault.EXPIRED, peer, ended, another);
    assertAccepted(peer, ended, renewed);
    assertAccepted(peer, another, ended, renewed);
    assertRefused(SvidFault.UNTRUSTED_ISSUER, peer, another);
  }

  @Test
  void nobodyHidesABrokenDigestBehindTheNameOfTheRoot() {
    TestAuthority like = ROOT.authority("CN=root", "SHA1", ca());
    assertRefused(SvidFault.WEAK_SIGNATURE, like.workload(WORKLOAD, like.certificate()), ROOT);
    TestAuthority sound = ROOT.authority("CN=root", "SHA256", ca());
    assertAccepted(sound.workload(WORKLOAD, sound.certificate()), ROOT);
  }

  @Test
  void whatNobodyUnderstandsIsNotPassedOver() {
    assertRefused(
        SvidFault.CRITICAL_EXTENSION,
        ROOT.workload(with(WORKLOAD, TestAuthority.unknown(true))),
        ROOT);
    assertAccepted(ROOT.workload(with(WORKLOAD, TestAuthority.unknown(false))), ROOT);
  }
}
