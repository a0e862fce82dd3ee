package dev.weft.policy.jwt;

import dev.weft.secrets.PlantedSecrets;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes key pairs and signs what it is told to, sound or not. */
public final class TestIssuer {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final Map<String, KeyPair> SHARED = new ConcurrentHashMap<>();

  private final String algorithm;
  private final String kid;
  private final KeyPair keys;

  private TestIssuer(String algorithm, String kid, KeyPair keys) {
    this.algorithm = algorithm;
    this.kid = kid;
    this.keys = keys;
  }

  /** With a key pair of its own for the algorithm. */
  public static TestIssuer fresh(String algorithm, String kid) {
    return new TestIssuer(algorithm, kid, generate(algorithm));
  }

  /** With the key pair that all tests of this process share: RSA keys are slow to make. */
  public static TestIssuer shared(String algorithm, String kid) {
    KeyPair pair = SHARED.computeIfAbsent(kind(algorithm), kind -> generate(algorithm));
    return new TestIssuer(algorithm, kid, pair);
  }

  private static String kind(String algorithm) {
    return algorithm.startsWith("RS") || algorithm.startsWith("PS") ? "RSA" : algorithm;
  }

  private static KeyPair generate(String algorithm) {
    try {
      KeyPair pair =
          switch (algorithm) {
            case "ES256" -> curve("secp256r1");
            case "ES384" -> curve("secp384r1");
            case "ES512" -> curve("secp521r1");
            case "EdDSA" -> KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            default -> rsa(2048);
          };
      PlantedSecrets.plant(pair.getPrivate());
      return pair;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An RSA pair of so many bits. */
  public static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair curve(String name) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(name));
    return generator.generateKeyPair();
  }

  /** The private half, for a bench. */
  public KeyPair keys() {
    return keys;
  }

  /** The public key as a member of a set. */
  public String jwk() {
    return jwk(keys.getPublic(), "\"kid\":\"" + kid + "\",\"alg\":\"" + algorithm + "\"");
  }

  /** The public key, with other members than usual. */
  public String jwk(String members) {
    return jwk(keys.getPublic(), members);
  }

  /** A public key with these members beside what it is made of. */
  public static String jwk(PublicKey key, String members) {
    String more = members.isEmpty() ? "" : "," + members;
    return switch (key) {
      case RSAPublicKey rsa ->
          String.format(
              Locale.ROOT,
              "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"%s}",
              number(rsa.getModulus(), 0),
              number(rsa.getPublicExponent(), 0),
              more);
      case ECPublicKey ec -> {
        int bits = ec.getParams().getCurve().getField().getFieldSize();
        int bytes = (bits + 7) / 8;
        yield String.format(
            Locale.ROOT,
            "{\"kty\":\"EC\",\"crv\":\"P-%d\",\"x\":\"%s\",\"y\":\"%s\"%s}",
            bits,
            number(ec.getW().getAffineX(), bytes),
            number(ec.getW().getAffineY(), bytes),
            more);
      }
      default -> {
        byte[] encoded = key.getEncoded();
        byte[] raw = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        yield String.format(
            Locale.ROOT,
            "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"%s}",
            BASE64.encodeToString(raw),
            more);
      }
    };
  }

  private static String number(BigInteger number, int bytes) {
    byte[] signed = number.toByteArray();
    byte[] bare = signed[0] == 0 ? Arrays.copyOfRange(signed, 1, signed.length) : signed;
    byte[] padded = new byte[Math.max(bytes, bare.length)];
    System.arraycopy(bare, 0, padded, padded.length - bare.length, bare.length);
    return BASE64.encodeToString(padded);
  }

  /** A set of the members. */
  public static String set(String... jwks) {
    return Stream.of(jwks).collect(Collectors.joining(",", "{\"keys\":[", "]}"));
  }

  /** The set of these issuers' keys, read. */
  public static Jwks read(TestIssuer... issuers) {
    String json = set(Stream.of(issuers).map(TestIssuer::jwk).toArray(String[]::new));
    return readSet(json);
  }

  /** A set, read. */
  public static Jwks readSet(String json) {
    return switch (Jwks.read(json.getBytes(StandardCharsets.UTF_8))) {
      case Jwks keys -> keys;
      case JwksReading.Unusable(String why) -> throw new IllegalArgumentException(why);
    };
  }

  /** A token with the usual header. */
  public String token(String claims) {
    return token("{\"alg\":\"" + algorithm + "\",\"kid\":\"" + kid + "\"}", claims);
  }

  /** A token with a header of its own, signed as this issuer signs. */
  public String token(String header, String claims) {
    String input = base64(header) + "." + base64(claims);
    return input + "." + BASE64.encodeToString(sign(input.getBytes(StandardCharsets.US_ASCII)));
  }

  /** A token with a signature of its own. */
  public static String token(String header, String claims, byte[] signature) {
    return base64(header) + "." + base64(claims) + "." + BASE64.encodeToString(signature);
  }

  /** As the parts of tokens are written. */
  public static String base64(String text) {
    return BASE64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Signs as the algorithm says. */
  public byte[] sign(byte[] input) {
    try {
      Signature signature = Signature.getInstance(jca());
      if (algorithm.startsWith("PS")) {
        int bits = Integer.parseInt(algorithm.substring(2));
        String hash = "SHA-" + bits;
        signature.setParameter(
            new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), bits / 8, 1));
      }
      signature.initSign(keys.getPrivate());
      signature.update(input);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private String jca() {
    String bits = algorithm.substring(2);
    return switch (algorithm.substring(0, 2)) {
      case "RS" -> "SHA" + bits + "withRSA";
      case "PS" -> "RSASSA-PSS";
      case "ES" -> "SHA" + bits + "withECDSAinP1363Format";
      default -> "Ed25519";
    };
  }
}
