package dev.weft.policy.svid;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECParameterSpec;
import java.util.Locale;

/** Which keys and signatures are strong enough for a certificate. Stateless. */
public final class Keys {
  private static final int SHORTEST_RSA = 2048;

  /** A longer one would let a peer choose how long its verification takes. */
  private static final int LONGEST_RSA = 8192;

  private static final BigInteger SMALLEST_EXPONENT = BigInteger.valueOf(65_537);
  private static final int LONGEST_EXPONENT = 64;

  /** The orders of the generators of P-256, P-384 and P-521 (FIPS 186-4 appendix D.1.2). */
  private static final BigInteger P256 =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  private static final BigInteger P384 =
      new BigInteger(
          "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
              + "581a0db248b0a77aecec196accc52973",
          16);
  private static final BigInteger P521 =
      new BigInteger(
          "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
              + "ffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
          16);

  private Keys() {}

  /** What is wrong with a key in somebody's certificate; empty: nothing. */
  public static String weakness(PublicKey key) {
    return switch (key) {
      case ECPublicKey ec -> {
        BigInteger order = ec.getParams().getOrder();
        yield order.equals(P256) || order.equals(P384) || order.equals(P521)
            ? ""
            : "expected P-256, P-384 or P-521, found " + curve(ec.getParams());
      }
      case RSAPublicKey rsa -> weaknessOfRsa(rsa);
      case EdECPublicKey _ -> "";
      default -> "expected an EC, RSA or EdDSA key, found " + key.getAlgorithm();
    };
  }

  /** What is wrong with a key that is to be certified; stricter: what all engines can use. */
  public static String weaknessForSigning(PublicKey key) {
    return switch (key) {
      case ECPublicKey ec -> {
        BigInteger order = ec.getParams().getOrder();
        yield order.equals(P256) || order.equals(P384)
            ? ""
            : "expected P-256 or P-384, found " + curve(ec.getParams());
      }
      case RSAPublicKey rsa -> weaknessOfRsa(rsa);
      default -> "expected an EC or RSA key, found " + key.getAlgorithm();
    };
  }

  /**
   * Whether a signature's digest is broken.
   *
   * @param algorithm as the JDK names it, for instance {@code SHA1withRSA}
   */
  public static boolean weakDigest(String algorithm) {
    String upper = algorithm.toUpperCase(Locale.ROOT);
    return upper.startsWith("MD2") || upper.startsWith("MD5") || upper.startsWith("SHA1");
  }

  private static String weaknessOfRsa(RSAPublicKey rsa) {
    int bits = rsa.getModulus().bitLength();
    if (bits < SHORTEST_RSA || bits > LONGEST_RSA) {
      return "expected 2048 to 8192 bits, found an RSA key of " + bits;
    }
    BigInteger exponent = rsa.getPublicExponent();
    boolean usual =
        exponent.testBit(0)
            && exponent.compareTo(SMALLEST_EXPONENT) >= 0
            && exponent.bitLength() <= LONGEST_EXPONENT;
    return usual ? "" : "expected an odd exponent of 65537 or more, found an RSA key of another";
  }

  private static String curve(ECParameterSpec params) {
    return "an EC key of " + params.getCurve().getField().getFieldSize() + " bits on another curve";
  }
}
