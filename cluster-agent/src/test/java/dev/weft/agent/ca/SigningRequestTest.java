package dev.weft.agent.ca;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.xds.TestNode;
import dev.weft.policy.identity.SpiffeId;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Random;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;

class SigningRequestTest {
  private static final String PAYMENTS = "spiffe://east.demo/ns/default/sa/payments";

  @Test
  void strongKeysWithOneUriAreTaken() throws Exception {
    for (KeyPair key : Arrays.asList(ec("secp256r1"), ec("secp384r1"), rsa(2048))) {
      assertThat(SigningRequest.parse(TestNode.csr(key, TestNode.uri(PAYMENTS))))
          .isEqualTo(new SigningRequest.Valid(SpiffeId.parse(PAYMENTS), key.getPublic()));
    }
  }

  @Test
  void weakOrUnusualKeysAreNot() throws Exception {
    assertInvalid(TestNode.csr(rsa(1024), TestNode.uri(PAYMENTS)), "2048");
    assertInvalid(TestNode.csr(ec("secp521r1"), TestNode.uri(PAYMENTS)), "P-256 or P-384");
  }

  @Test
  void anythingButOneUriIsNot() throws Exception {
    KeyPair key = ec("secp256r1");
    GeneralName dns = new GeneralName(GeneralName.dNSName, "payments.mesh");
    assertInvalid(TestNode.csr(key), "found none");
    assertInvalid(TestNode.csr(key, dns), "found 1 names");
    assertInvalid(TestNode.csr(key, TestNode.uri(PAYMENTS), dns), "found 2 names");
    assertInvalid(TestNode.csr(key, TestNode.uri("https://east.demo/payments")), "SPIFFE");
  }

  @Test
  void aTamperedRequestIsNot() throws Exception {
    byte[] csr = TestNode.csr(ec("secp256r1"), TestNode.uri(PAYMENTS));
    int at = new String(csr, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("payments");
    csr[at] = 'q';
    assertInvalid(csr, "signature");
  }

  @Test
  void noBytesWhateverMakeItThrow() throws Exception {
    byte[] csr = TestNode.csr(ec("secp256r1"), TestNode.uri(PAYMENTS));
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      byte[] mutated = Arrays.copyOf(csr, i % 2 == 0 ? csr.length : random.nextInt(csr.length) + 1);
      mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
      assertThat(SigningRequest.parse(mutated)).isNotNull();
    }
    assertInvalid(new byte[SigningRequest.LARGEST + 1], "bytes");
  }

  private static void assertInvalid(byte[] csr, String reason) {
    assertThat(SigningRequest.parse(csr))
        .isInstanceOfSatisfying(
            SigningRequest.Invalid.class, invalid -> assertThat(invalid.detail()).contains(reason));
  }

  private static KeyPair ec(String curve) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }

  private static KeyPair rsa(int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    return generator.generateKeyPair();
  }
}
