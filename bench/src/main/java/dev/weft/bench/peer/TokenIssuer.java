package dev.weft.bench.peer;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;

/** Signs tokens by ES256; its key is nowhere but here. */
public final class TokenIssuer {
  /** {@code SHA256withECDSA} with the two numbers of a signature as JWS has them. */
  public static final String SIGNATURE = "SHA256withECDSAinP1363Format";

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final int COORDINATE_BYTES = 32;
  private static final String KID = "2026-11";

  private final KeyPair pair;

  /** Makes a key. */
  public TokenIssuer() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      pair = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has it", e);
    }
  }

  /** What checks its signatures. */
  public ECPublicKey key() {
    return (ECPublicKey) pair.getPublic();
  }

  /** The same as a set (RFC 7517). */
  public String keys() {
    return String.format(
        Locale.ROOT,
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES256\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}]}",
        KID,
        coordinate(key().getW().getAffineX()),
        coordinate(key().getW().getAffineY()));
  }

  /**
   * A token.
   *
   * @param claims JSON
   */
  public String token(String claims) {
    String signed =
        encode(
                String.format(
                    Locale.ROOT, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"%s\"}", KID))
            + "."
            + encode(claims);
    try {
      Signature signer = Signature.getInstance(SIGNATURE);
      signer.initSign(pair.getPrivate());
      signer.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + BASE64.encodeToString(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key is its own", e);
    }
  }

  private static String encode(String json) {
    return BASE64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String coordinate(BigInteger number) {
    byte[] bytes = number.toByteArray();
    // Two's complement: a sign's byte more, or fewer where the number is small.
    int from = Math.max(0, bytes.length - COORDINATE_BYTES);
    byte[] padded = new byte[COORDINATE_BYTES];
    byte[] bare = Arrays.copyOfRange(bytes, from, bytes.length);
    System.arraycopy(bare, 0, padded, padded.length - bare.length, bare.length);
    return BASE64.encodeToString(padded);
  }
}
