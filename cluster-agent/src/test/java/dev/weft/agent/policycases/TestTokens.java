package dev.weft.agent.policycases;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.RSAPrivateKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/**
 * Tokens of an issuer, and of a stranger who has another key. The keys follow from their names, so
 * that tokens are the same each time, and secret they are not.
 */
final class TestTokens {
  /** What stands in files in the place of a key set. */
  static final String PLACEHOLDER = "TEST-KEYS";

  /** The year 2100. */
  private static final long FAR = 4_102_444_800L;

  private static final BigInteger EXPONENT = BigInteger.valueOf(65_537);

  private final Map<String, Rsa> keys = new HashMap<>();

  private record Rsa(BigInteger modulus, PrivateKey key) {
    static Rsa named(String name) throws GeneralSecurityException {
      BigInteger p = prime(name + " p");
      BigInteger q = prime(name + " q");
      BigInteger phi = p.subtract(BigInteger.ONE).multiply(q.subtract(BigInteger.ONE));
      BigInteger modulus = p.multiply(q);
      return new Rsa(
          modulus,
          KeyFactory.getInstance("RSA")
              .generatePrivate(new RSAPrivateKeySpec(modulus, EXPONENT.modInverse(phi))));
    }

    /** The first one from a number of 1,024 bits on that the name makes. */
    private static BigInteger prime(String name) throws GeneralSecurityException {
      MessageDigest digest = MessageDigest.getInstance("SHA-512");
      byte[] bytes = new byte[128];
      System.arraycopy(digest.digest(CaseFile.utf8(name + " 0")), 0, bytes, 0, 64);
      System.arraycopy(digest.digest(CaseFile.utf8(name + " 1")), 0, bytes, 64, 64);
      bytes[0] |= (byte) 0xc0;
      return new BigInteger(1, bytes).nextProbablePrime();
    }
  }

  TestTokens() throws GeneralSecurityException {
    keys.put("issuer", Rsa.named("issuer"));
    keys.put("stranger", Rsa.named("stranger"));
  }

  /** The issuer's public key as a key set. */
  String jwks() {
    return "{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"RS256\",\"kid\":\"test\",\"n\":\""
        + number(keys.get("issuer").modulus())
        + "\",\"e\":\""
        + number(EXPONENT)
        + "\"}]}";
  }

  /**
   * @param claims without an end: it ends late
   * @param by {@code issuer} or {@code stranger}
   */
  String token(JsonNode claims, String by) throws GeneralSecurityException {
    ObjectNode payload = claims.deepCopy();
    if (!payload.has("exp")) {
      payload.put("exp", FAR);
    }
    String signed =
        encode(CaseFile.utf8("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"test\"}"))
            + "."
            + encode(CaseFile.utf8(payload.toString()));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(keys.get(by).key());
    signature.update(CaseFile.utf8(signed));
    return signed + "." + encode(signature.sign());
  }

  private static String number(BigInteger value) {
    byte[] bytes = value.toByteArray();
    int from = bytes[0] == 0 ? 1 : 0;
    return encode(java.util.Arrays.copyOfRange(bytes, from, bytes.length));
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
