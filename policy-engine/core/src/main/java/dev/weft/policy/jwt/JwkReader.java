package dev.weft.policy.jwt;

import dev.weft.policy.jwt.JwtAlgorithm.KeyKind;
import java.math.BigInteger;
import java.security.Key;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** The keys of a set. Only what makes a public key is handed on: no private part, no chain. */
final class JwkReader {
  private static final int MOST_BITS = 8192;
  private static final Set<BigInteger> EXPONENTS =
      Set.of(BigInteger.valueOf(3), BigInteger.valueOf(65_537));

  private JwkReader() {}

  static List<Jwk> usable(List<?> entries) {
    List<Jwk> keys = new ArrayList<>();
    for (Object entry : entries) {
      Jwk key = entry instanceof Map<?, ?> members ? key(members) : null;
      if (key != null) {
        keys.add(key);
      }
    }
    return keys;
  }

  private static @Nullable Jwk key(Map<?, ?> members) {
    KeyKind kind = kind(members);
    if (kind == null || !forSignatures(members)) {
      return null;
    }
    String algorithm = text(members, "alg");
    if (!algorithm.isEmpty()) {
      JwtAlgorithm known = JwtAlgorithm.of(algorithm);
      if (known == null || known.key() != kind) {
        return null;
      }
    }
    Key key = make(members, kind);
    return key == null ? null : new Jwk(text(members, "kid"), algorithm, kind, key);
  }

  private static @Nullable KeyKind kind(Map<?, ?> members) {
    String curve = text(members, "crv");
    return switch (text(members, "kty")) {
      case "RSA" -> KeyKind.RSA;
      case "EC" ->
          switch (curve.isEmpty() ? curveOf(text(members, "alg")) : curve) {
            case "P-256" -> KeyKind.P256;
            case "P-384" -> KeyKind.P384;
            case "P-521" -> KeyKind.P521;
            default -> null;
          };
      case "OKP" -> curve.equals("Ed25519") ? KeyKind.ED25519 : null;
      default -> null;
    };
  }

  /** Envoy lets the algorithm say it, and without either takes the first. */
  private static String curveOf(String algorithm) {
    return switch (algorithm) {
      case "", "ES256" -> "P-256";
      case "ES384" -> "P-384";
      case "ES512" -> "P-521";
      default -> "";
    };
  }

  private static boolean forSignatures(Map<?, ?> members) {
    boolean use = !members.containsKey("use") || "sig".equals(members.get("use"));
    return use
        && (!(members.get("key_ops") instanceof List<?> operations)
            || operations.contains("verify"));
  }

  private static @Nullable Key make(Map<?, ?> members, KeyKind kind) {
    Map<String, Object> wanted = new HashMap<>();
    wanted.put("kty", text(members, "kty"));
    switch (kind) {
      case RSA -> copy(members, wanted, "n", "e");
      case P256 -> curve(members, wanted, "P-256");
      case P384 -> curve(members, wanted, "P-384");
      case P521 -> curve(members, wanted, "P-521");
      case ED25519 -> copy(members, wanted, "crv", "x");
    }
    try {
      Key key = PublicJsonWebKey.Factory.newPublicJwk(wanted).getKey();
      return fits(kind, key) ? key : null;
    } catch (JoseException | RuntimeException broken) {
      // The library says in many ways that numbers make no key.
      return null;
    }
  }

  private static boolean fits(KeyKind kind, @Nullable Key key) {
    if (key == null) {
      return false;
    }
    return switch (kind) {
      case RSA -> JwtAlgorithm.RS256.fits(key) && isUsual(key);
      case P256 -> JwtAlgorithm.ES256.fits(key) && isOnCurve(key);
      case P384 -> JwtAlgorithm.ES384.fits(key) && isOnCurve(key);
      case P521 -> JwtAlgorithm.ES512.fits(key) && isOnCurve(key);
      case ED25519 -> JwtAlgorithm.EDDSA.fits(key);
    };
  }

  /** Of a size that is checked in bounded time, and by an exponent that is in use. */
  private static boolean isUsual(Key key) {
    return key instanceof RSAPublicKey rsa
        && rsa.getModulus().bitLength() <= MOST_BITS
        && EXPONENTS.contains(rsa.getPublicExponent());
  }

  private static boolean isOnCurve(Key key) {
    if (!(key instanceof ECPublicKey ec)
        || !(ec.getParams().getCurve().getField() instanceof ECFieldFp field)) {
      return false;
    }
    BigInteger p = field.getP();
    BigInteger x = ec.getW().getAffineX();
    BigInteger y = ec.getW().getAffineY();
    BigInteger right =
        x.pow(3)
            .add(ec.getParams().getCurve().getA().multiply(x))
            .add(ec.getParams().getCurve().getB());
    return x.compareTo(p) < 0
        && y.compareTo(p) < 0
        && y.pow(2).subtract(right).mod(p).signum() == 0;
  }

  private static void curve(Map<?, ?> members, Map<String, Object> wanted, String curve) {
    wanted.put("crv", curve);
    copy(members, wanted, "x", "y");
  }

  private static void copy(Map<?, ?> members, Map<String, Object> wanted, String... names) {
    for (String name : names) {
      wanted.put(name, text(members, name));
    }
  }

  private static String text(Map<?, ?> members, String name) {
    return members.get(name) instanceof String text ? text : "";
  }
}
