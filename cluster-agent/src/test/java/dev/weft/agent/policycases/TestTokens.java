package dev.weft.agent.policycases;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** Tokens of an issuer, and of a stranger who has another key. */
final class TestTokens {
  /** What stands in files in the place of a key set. */
  static final String PLACEHOLDER = "TEST-KEYS";

  /** The year 2100. */
  private static final long FAR = 4_102_444_800L;

  private final Map<String, KeyPair> keys = new HashMap<>();

  TestTokens() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    keys.put("issuer", generator.generateKeyPair());
    keys.put("stranger", generator.generateKeyPair());
  }

  /** The issuer's public key as a key set. */
  String jwks() {
    var point = ((ECPublicKey) keys.get("issuer").getPublic()).getW();
    return "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES256\",\"kid\":\"test\",\"x\":\""
        + coordinate(point.getAffineX())
        + "\",\"y\":\""
        + coordinate(point.getAffineY())
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
        encode(CaseFile.utf8("{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"test\"}"))
            + "."
            + encode(CaseFile.utf8(payload.toString()));
    Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initSign(keys.get(by).getPrivate());
    signature.update(CaseFile.utf8(signed));
    return signed + "." + encode(signature.sign());
  }

  private static String coordinate(BigInteger value) {
    byte[] bytes = new byte[32];
    byte[] raw = value.toByteArray();
    int length = Math.min(32, raw.length);
    System.arraycopy(raw, raw.length - length, bytes, 32 - length, length);
    return encode(bytes);
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
