package dev.weft.policy.jwt;

import dev.weft.policy.jwt.ParsedJwt.Malformed;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the compact serialization of a signed token (RFC 7515 section 7.1), in the order in which
 * Envoy looks at its parts. Base64url is taken without padding alone, as RFC 7515 section 2 says.
 * What a header says of keys ({@code jwk}, {@code jku}, {@code x5u}, {@code x5c}) counts nothing.
 * Pure; never throws.
 */
public final class JwtParser {
  /** Most characters of a token where nothing else is said: what a header block may hold. */
  public static final int MOST_CHARACTERS = 64 * 1024;

  /** What Envoy knows beside {@link JwtAlgorithm}; no key is ever fit for it here. */
  private static final Set<String> BY_SECRET = Set.of("HS256", "HS384", "HS512");

  private JwtParser() {}

  /** Reads one of at most {@link #MOST_CHARACTERS}. */
  public static ParsedJwt parse(JwtToken token) {
    return parse(token.text());
  }

  /** Reads one of at most {@link #MOST_CHARACTERS}. */
  public static ParsedJwt parse(String token) {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (token.length() > MOST_CHARACTERS
        || first <= 0
        || second <= first + 1
        || second == token.length() - 1
        || token.indexOf('.', second + 1) >= 0) {
      return new Malformed(JwtRefusal.BAD_FORMAT);
    }
    byte[] headerBytes = decode(token.substring(0, first));
    if (headerBytes == null) {
      return new Malformed(JwtRefusal.HEADER_NOT_BASE64);
    }
    Map<String, ?> header = JsonReader.object(headerBytes);
    JwtRefusal trouble = header == null ? JwtRefusal.HEADER_NOT_JSON : headerTrouble(header);
    if (header == null || trouble != null) {
      return new Malformed(trouble == null ? JwtRefusal.HEADER_NOT_JSON : trouble);
    }
    String payload = token.substring(first + 1, second);
    byte[] payloadBytes = decode(payload);
    if (payloadBytes == null) {
      return new Malformed(JwtRefusal.PAYLOAD_NOT_BASE64);
    }
    Map<String, ?> claims = JsonReader.object(payloadBytes);
    trouble = claims == null ? JwtRefusal.PAYLOAD_NOT_JSON : claimsTrouble(claims);
    if (claims == null || trouble != null) {
      return new Malformed(trouble == null ? JwtRefusal.PAYLOAD_NOT_JSON : trouble);
    }
    byte[] signature = decode(token.substring(second + 1));
    if (signature == null) {
      return new Malformed(JwtRefusal.SIGNATURE_NOT_BASE64);
    }
    Jwt jwt =
        new Jwt(
            header,
            claims,
            payload,
            text(claims, "iss"),
            text(claims, "sub"),
            audiences(claims),
            Math.max(0, seconds(claims.get("nbf"))),
            seconds(claims.get("exp")));
    return new ParsedJwt.Sound(
        jwt, text(header, "alg"), text(header, "kid"), token.substring(0, second), signature);
  }

  private static @Nullable JwtRefusal headerTrouble(Map<String, ?> header) {
    if (!(header.get("alg") instanceof String algorithm)) {
      return JwtRefusal.HEADER_BAD_ALG;
    }
    if (JwtAlgorithm.of(algorithm) == null && !BY_SECRET.contains(algorithm)) {
      return JwtRefusal.ALG_NOT_SUPPORTED;
    }
    if (header.containsKey("kid") && !(header.get("kid") instanceof String)) {
      return JwtRefusal.HEADER_BAD_KID;
    }
    return header.containsKey("crit") ? JwtRefusal.CRITICAL_NOT_SUPPORTED : null;
  }

  private static @Nullable JwtRefusal claimsTrouble(Map<String, ?> claims) {
    if (notText(claims, "iss")) {
      return JwtRefusal.ISS_NOT_STRING;
    }
    if (notText(claims, "sub")) {
      return JwtRefusal.SUB_NOT_STRING;
    }
    JwtRefusal time =
        timeTrouble(claims, "iat", JwtRefusal.IAT_NOT_INTEGER, JwtRefusal.IAT_OUT_OF_RANGE);
    if (time == null) {
      time = timeTrouble(claims, "nbf", JwtRefusal.NBF_NOT_INTEGER, JwtRefusal.NBF_OUT_OF_RANGE);
    }
    if (time == null) {
      time = timeTrouble(claims, "exp", JwtRefusal.EXP_NOT_INTEGER, JwtRefusal.EXP_OUT_OF_RANGE);
    }
    if (time != null) {
      return time;
    }
    if (notText(claims, "jti")) {
      return JwtRefusal.JTI_NOT_STRING;
    }
    return switch (claims.get("aud")) {
      case String one -> null;
      case List<?> several when several.stream().allMatch(String.class::isInstance) -> null;
      case null -> claims.containsKey("aud") ? JwtRefusal.AUD_NOT_STRING : null;
      default -> JwtRefusal.AUD_NOT_STRING;
    };
  }

  private static boolean notText(Map<String, ?> from, String name) {
    return from.containsKey(name) && !(from.get(name) instanceof String);
  }

  private static @Nullable JwtRefusal timeTrouble(
      Map<String, ?> claims, String name, JwtRefusal notNumber, JwtRefusal outOfRange) {
    if (!claims.containsKey(name)) {
      return null;
    }
    if (!(claims.get(name) instanceof Number number)) {
      return notNumber;
    }
    double value = number.doubleValue();
    return value < 0 || value >= 0x1p64 ? outOfRange : null;
  }

  /** Whole seconds, at most the largest; -1: none. */
  private static long seconds(@Nullable Object value) {
    return value instanceof Number number ? number.longValue() : Jwt.NEVER;
  }

  private static String text(Map<String, ?> from, String name) {
    return from.get(name) instanceof String text ? text : "";
  }

  private static List<String> audiences(Map<String, ?> claims) {
    if (claims.get("aud") instanceof String one) {
      return List.of(one);
    }
    List<String> audiences = new ArrayList<>();
    if (claims.get("aud") instanceof List<?> several) {
      several.forEach(one -> audiences.add((String) one));
    }
    return List.copyOf(audiences);
  }

  private static byte @Nullable [] decode(String base64url) {
    if (base64url.indexOf('=') >= 0) {
      return null;
    }
    try {
      return Base64.getUrlDecoder().decode(base64url);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
