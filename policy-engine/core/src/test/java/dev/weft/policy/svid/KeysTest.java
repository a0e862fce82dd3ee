package dev.weft.policy.svid;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeysTest {

  @Test
  void usualKeysAreStrongEnough() throws Exception {
    for (PublicKey key :
        List.of(
            ec("secp256r1"),
            ec("secp384r1"),
            rsa(2048),
            KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic())) {
      assertThat(Keys.weakness(key)).isEmpty();
    }
    assertThat(Keys.weakness(ec("secp521r1"))).isEmpty();
  }

  @Test
  void shortAndStrangeKeysAreNot() throws Exception {
    assertThat(Keys.weakness(rsa(1024))).contains("1024");
    assertThat(Keys.weakness(rsa(new BigInteger(2048, new java.util.Random(1)).setBit(2047), 3)))
        .contains("exponent");
    assertThat(Keys.weakness(rsa(BigInteger.ONE.shiftLeft(8192), 65_537))).contains("8193");
    assertThat(Keys.weakness(KeyPairGenerator.getInstance("DSA").generateKeyPair().getPublic()))
        .contains("DSA");
  }

  @Test
  void onlyWhatAllEnginesTakeIsCertified() throws Exception {
    assertThat(Keys.weaknessForSigning(ec("secp256r1"))).isEmpty();
    assertThat(Keys.weaknessForSigning(ec("secp521r1"))).contains("P-256 or P-384");
    assertThat(
            Keys.weaknessForSigning(
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic()))
        .contains("EC or RSA");
  }

  @Test
  void brokenDigestsAreKnownByTheirNames() {
    assertThat(List.of("SHA1withRSA", "MD5withRSA", "SHA1WITHECDSA", "md2WithRSA"))
        .allMatch(Keys::weakDigest);
    assertThat(List.of("SHA256withECDSA", "RSASSA-PSS", "Ed25519", "SHA3-256withECDSA"))
        .noneMatch(Keys::weakDigest);
  }

  @Test
  void noLabelOfAFaultIsAPartOfAnother() {
    Set<String> labels = new HashSet<>();
    for (SvidFault fault : SvidFault.values()) {
      assertThat(labels.stream().noneMatch(one -> one.contains(fault.label()))).isTrue();
      assertThat(labels.stream().noneMatch(fault.label()::contains)).isTrue();
      labels.add(fault.label());
    }
  }

  private static PublicKey ec(String curve) throws Exception {
    return generated("EC", new ECGenParameterSpec(curve));
  }

  private static PublicKey rsa(int bits) throws Exception {
    return generated("RSA", new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4));
  }

  private static PublicKey rsa(BigInteger modulus, long exponent) throws Exception {
    return KeyFactory.getInstance("RSA")
        .generatePublic(new RSAPublicKeySpec(modulus, BigInteger.valueOf(exponent)));
  }

  private static PublicKey generated(String kind, AlgorithmParameterSpec spec) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
    generator.initialize(spec);
    return generator.generateKeyPair().getPublic();
  }
}
