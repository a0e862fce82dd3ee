package dev.weft.policy.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is tried against those who take tokens: each fails, with its reason. */
class JwtAttacksTest {
  private static final String CLAIMS = "{\"iss\":\"iss\",\"sub\":\"admin\"}";
  private static final TestIssuer EC = TestIssuer.shared("ES256", "ec");
  private static final TestIssuer RSA = TestIssuer.shared("RS256", "rsa");
  private static final TestIssuer THIEF = TestIssuer.fresh("ES256", "ec");

  /** Keys that do not say what they are for: the kind alone has to keep algorithms apart. */
  private static final Jwks KEYS =
      TestIssuer.readSet(TestIssuer.set(RSA.jwk("\"kid\":\"rsa\""), EC.jwk("\"kid\":\"ec\"")));

  static Stream<Arguments> attacks() throws GeneralSecurityException {
    byte[] none = {};
    String failed = JwtRefusal.VERIFICATION_FAILED.text();
    String deep = "[".repeat(10_000) + "]".repeat(10_000);
    String theirs = THIEF.jwk("\"kid\":\"x\"");
    return Stream.of(
        attack("alg none", unsigned("none"), JwtRefusal.ALG_NOT_SUPPORTED.text()),
        attack("alg None", unsigned("None"), JwtRefusal.ALG_NOT_SUPPORTED.text()),
        attack("alg none without a third part", unsignedBare(), JwtRefusal.BAD_FORMAT.text()),
        attack("alg missing", signed("{}"), JwtRefusal.HEADER_BAD_ALG.text()),
        attack("alg a number", signed("{\"alg\":1}"), JwtRefusal.HEADER_BAD_ALG.text()),
        attack("alg twice", signed("{\"alg\":\"none\",\"alg\":\"ES256\"}"), notJson()),
        attack("alg that nobody knows", signed("{\"alg\":\"ES256K\"}"), notSupported()),
        attack("HS256 by the public key", byPublicKey(), failed),
        attack(
            "RSA algorithm with the EC key", signed("{\"alg\":\"RS256\",\"kid\":\"ec\"}"), failed),
        attack(
            "EC algorithm with the RSA key", signed("{\"alg\":\"ES256\",\"kid\":\"rsa\"}"), failed),
        attack(
            "wider hash with the same key", signed("{\"alg\":\"ES384\",\"kid\":\"ec\"}"), failed),
        attack("signature of zeros", by(new byte[64]), failed),
        attack("signature of the order", by(order()), failed),
        attack("signature in DER", by(der()), failed),
        attack("signature cut", by(Arrays.copyOf(EC.sign(new byte[1]), 63)), failed),
        attack("signature empty", by(none), JwtRefusal.BAD_FORMAT.text()),
        attack("signature of another", THIEF.token(header("ec"), CLAIMS), failed),
        attack("signature of other claims", exchanged(), failed),
        attack("kid of a file", signed(kid("../../../../dev/null")), unknown()),
        attack("kid of a query", signed(kid("ec' OR '1'='1")), unknown()),
        attack("kid not a string", signed("{\"alg\":\"ES256\",\"kid\":[\"ec\"]}"), badKid()),
        attack("kid null", signed("{\"alg\":\"ES256\",\"kid\":null}"), badKid()),
        attack("own key inside", THIEF.token(with("\"jwk\":" + theirs), CLAIMS), failed),
        attack("own keys elsewhere", THIEF.token(with("\"jku\":\"http://e/\""), CLAIMS), failed),
        attack("own chain elsewhere", THIEF.token(with("\"x5u\":\"http://e/\""), CLAIMS), failed),
        attack("own chain inside", THIEF.token(with("\"x5c\":[\"AA\"]"), CLAIMS), failed),
        attack("crit", EC.token(with("\"crit\":[\"exp\"]"), CLAIMS), critical()),
        attack("b64", EC.token(with("\"b64\":false,\"crit\":[\"b64\"]"), CLAIMS), critical()),
        attack("huge", EC.token(CLAIMS + " ".repeat(100_000)), JwtRefusal.BAD_FORMAT.text()),
        attack("deep header", signed("{\"alg\":" + deep + "}"), notJson()),
        attack("deep claims", EC.token("{\"a\":" + deep + "}"), JwtRefusal.PAYLOAD_NOT_JSON.text()),
        attack("claims twice", EC.token("{\"iss\":\"x\",\"iss\":\"iss\"}"), claimsNotJson()),
        attack("claims in Latin-1", EC.token("{\"iss\":\"iss\"}") + "\u00e9", signatureNotBase64()),
        attack("padding", EC.token(CLAIMS) + "=", signatureNotBase64()),
        attack("standard alphabet", "+/+/." + TestIssuer.base64(CLAIMS) + ".AA", notBase64()),
        attack("space", " " + EC.token(CLAIMS), notBase64()),
        attack("four parts", EC.token(CLAIMS) + ".AA", JwtRefusal.BAD_FORMAT.text()),
        attack("encrypted", "a.b.c.d.e", JwtRefusal.BAD_FORMAT.text()),
        attack("half a pair", EC.token("{\"iss\":\"\\ud800\"}"), claimsNotJson()),
        attack("nothing", "", JwtRefusal.BAD_FORMAT.text()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attacks")
  void fails(String name, String token, String expected) {
    JwtVerifier verifier =
        new JwtVerifier(
            TokenRules.of("iss", List.of()), () -> Instant.ofEpochSecond(1_800_000_000), 10, 4096);
    assertThat(verifier.verify(new JwtToken(token), KEYS))
        .isInstanceOfSatisfying(
            JwtResult.Refused.class,
            refused -> {
              if (token.length() > JwtParser.MOST_CHARACTERS) {
                assertThat(refused.why()).isEqualTo(JwtRefusal.BAD_FORMAT);
              } else {
                assertThat(refused.why().text()).isEqualTo(expected);
              }
            });
    assertThat(verifier.hits()).isZero();
  }

  private static Arguments attack(String name, String token, String expected) {
    return Arguments.of(name, token, expected);
  }

  private static String header(String kid) {
    return "{\"alg\":\"ES256\",\"kid\":\"" + kid + "\"}";
  }

  private static String kid(String kid) {
    return header(kid);
  }

  private static String with(String member) {
    return "{\"alg\":\"ES256\",\"kid\":\"ec\"," + member + "}";
  }

  private static String signed(String header) {
    return EC.token(header, CLAIMS);
  }

  private static String by(byte[] signature) {
    return TestIssuer.token(header("ec"), CLAIMS, signature);
  }

  private static String unsigned(String algorithm) {
    return TestIssuer.token("{\"alg\":\"" + algorithm + "\"}", CLAIMS, new byte[] {1});
  }

  private static String unsignedBare() {
    return TestIssuer.token("{\"alg\":\"none\"}", CLAIMS, new byte[] {});
  }

  private static String byPublicKey() throws GeneralSecurityException {
    String header = "{\"alg\":\"HS256\",\"kid\":\"rsa\"}";
    String input = TestIssuer.base64(header) + "." + TestIssuer.base64(CLAIMS);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(RSA.keys().getPublic().getEncoded(), "HmacSHA256"));
    return TestIssuer.token(header, CLAIMS, mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
  }

  /** Both halves the order of P-256: zero, once reduced. */
  private static byte[] order() {
    byte[] n =
        new java.math.BigInteger(
                "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16)
            .toByteArray();
    byte[] both = new byte[64];
    System.arraycopy(n, n.length - 32, both, 0, 32);
    System.arraycopy(n, n.length - 32, both, 32, 32);
    return both;
  }

  private static byte[] der() {
    byte[] der = new byte[70];
    der[0] = 0x30;
    der[1] = 68;
    return der;
  }

  private static String exchanged() {
    String[] parts = EC.token(header("ec"), "{\"iss\":\"iss\",\"sub\":\"me\"}").split("\\.");
    return parts[0] + "." + TestIssuer.base64(CLAIMS) + "." + parts[2];
  }

  private static String notJson() {
    return JwtRefusal.HEADER_NOT_JSON.text();
  }

  private static String claimsNotJson() {
    return JwtRefusal.PAYLOAD_NOT_JSON.text();
  }

  private static String notSupported() {
    return JwtRefusal.ALG_NOT_SUPPORTED.text();
  }

  private static String unknown() {
    return JwtRefusal.KEY_UNKNOWN.text();
  }

  private static String badKid() {
    return JwtRefusal.HEADER_BAD_KID.text();
  }

  private static String critical() {
    return JwtRefusal.CRITICAL_NOT_SUPPORTED.text();
  }

  private static String signatureNotBase64() {
    return JwtRefusal.SIGNATURE_NOT_BASE64.text();
  }

  private static String notBase64() {
    return JwtRefusal.HEADER_NOT_BASE64.text();
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void noAlgorithmWithASecretCanBeConfigured(JwtAlgorithm algorithm) {
    assertThat(Set.of("none", "HS256", "HS384", "HS512")).doesNotContain(algorithm.id());
  }

  static Stream<JwtAlgorithm> algorithms() {
    return Stream.of(JwtAlgorithm.values());
  }
}
