package dev.weft.agent.ca;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.xds.TestNode;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.svid.PeerRole;
import dev.weft.policy.svid.SvidVerdict;
import dev.weft.policy.svid.SvidVerifier;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Strangers send certificates and requests to sign: whatever they are, nothing throws, and nothing
 * that was changed is taken for another than it was. More of it by {@code
 * -Djqwik.tries.default=100000}.
 */
class MutatedCertificatesTest {
  private static final String PAYMENTS = "spiffe://east.demo/ns/default/sa/payments";
  private static final Made MADE = made();

  private record Made(List<X509Certificate> chain, byte[] csr, SvidVerifier verifier) {}

  private static Made made() {
    try {
      Path directory = Files.createTempDirectory("weft-mutated");
      CertificateAuthority authority =
          CertificateAuthority.open(
              directory,
              new TrustDomain("east.demo"),
              InstantSource.system(),
              new SecureRandom(),
              CertificateLives.DEFAULT,
              Optional::empty);
      KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
      keys.initialize(256);
      KeyPair pair = keys.generateKeyPair();
      CertificateAuthority.Issued issued =
          authority.sign(
              SpiffeId.parse(PAYMENTS), pair.getPublic(), CertificateLives.DEFAULT.workload());
      return new Made(
          issued.chain(),
          TestNode.csr(pair, TestNode.uri(PAYMENTS)),
          new SvidVerifier(Map.of("east.demo", authority.roots())));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** A piece is gone, there twice, other, of other length, or the end is missing. */
  private static byte[] changed(byte[] der, Random random) {
    byte[] made = der.clone();
    int at = random.nextInt(made.length);
    switch (random.nextInt(4)) {
      case 0 -> made[at] = (byte) random.nextInt();
      case 1 -> made[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> made = Arrays.copyOf(made, at);
      default -> {
        int size = Math.min(made.length - at, 1 + random.nextInt(16));
        byte[] longer = Arrays.copyOf(made, made.length + size);
        System.arraycopy(made, at, longer, at + size, made.length - at);
        made = longer;
      }
    }
    return made;
  }

  @Property
  void aChangedCertificateIsRefused(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    List<X509Certificate> chain = new ArrayList<>(MADE.chain());
    int which = random.nextInt(chain.size());
    byte[] der = chain.get(which).getEncoded();
    byte[] changed = changed(der, random);
    X509Certificate read;
    try {
      read =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(changed));
    } catch (CertificateException e) {
      return;
    }
    chain.set(which, read);
    for (PeerRole role : PeerRole.values()) {
      SvidVerdict verdict = MADE.verifier().verify(chain, role, InstantSource.system().instant());
      if (verdict instanceof SvidVerdict.Accepted(String id)) {
        assertThat(id).isEqualTo(PAYMENTS);
        // What is behind its end is not looked at.
        assertThat(read.getTBSCertificate()).isEqualTo(MADE.chain().get(which).getTBSCertificate());
      }
    }
  }

  @Property
  void aChangedRequestIsRefusedOrTheSame(@ForAll long seed) {
    byte[] changed = changed(MADE.csr(), new Random(seed));
    if (SigningRequest.parse(changed) instanceof SigningRequest.Valid(SpiffeId id, var key)) {
      assertThat(id.uri()).isEqualTo(PAYMENTS);
      assertThat(key).isEqualTo(MADE.chain().getFirst().getPublicKey());
    }
  }
}
