package dev.weft.proxy.oracle;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.policy.jwt.TestIssuer;
import dev.weft.secrets.PlantedSecrets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Tokens and keys of cases, made anew for each process. {@code tokens} of a case names tokens by
 * {@code {by, claims, header}}; {@code $token/name} is one of them wherever a text is, {@code
 * $payload/name} its second part and {@code $jwks/es256,rs256} the keys of those ({@code oct}: a
 * secret). A claim {@code now+60} is a time; claims that are a text are taken as they are.
 */
final class OracleTokens {
  private static final Pattern WORD = Pattern.compile("\\$(token|payload|jwks)/([A-Za-z0-9,-]+)");
  private static final Pattern TIME = Pattern.compile("now([+-]\\d+)");
  private static final String SECRET = PlantedSecrets.plant(UUID.randomUUID().toString());
  private static final long NOW = Instant.now().getEpochSecond();

  /** The same case is read several times, and has the same tokens each time. */
  private static final Map<String, String> MADE = new ConcurrentHashMap<>();

  private static final TestIssuer THIEF = TestIssuer.fresh("ES256", "es256");

  private OracleTokens() {}

  /** The case with its tokens in their places. */
  static Map<String, Object> filled(Map<String, Object> yaml) {
    Map<String, String> tokens = new LinkedHashMap<>();
    if (yaml.get("tokens") instanceof Map<?, ?> specs) {
      specs.forEach((name, spec) -> tokens.put(String.valueOf(name), token((Map<?, ?>) spec)));
    }
    Map<String, Object> filled = new LinkedHashMap<>();
    yaml.forEach((key, value) -> filled.put(key, fill(value, tokens)));
    return filled;
  }

  private static String token(Map<?, ?> spec) {
    return MADE.computeIfAbsent(
        Json.write(spec),
        key -> {
          if ("oct".equals(spec.get("by"))) {
            return bySecret(Json.write(timed(spec.get("claims"))));
          }
          TestIssuer issuer = issuer(String.valueOf(spec.get("by")));
          String claims =
              spec.get("claims") instanceof String raw
                  ? raw
                  : Json.write(timed(spec.get("claims")));
          return spec.get("header") == null
              ? issuer.token(claims)
              : issuer.token(Json.write(spec.get("header")), claims);
        });
  }

  private static String bySecret(String claims) {
    String header = "{\"alg\":\"HS256\",\"kid\":\"oct\"}";
    String input = TestIssuer.base64(header) + "." + TestIssuer.base64(claims);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(US_ASCII), "HmacSHA256"));
      return TestIssuer.token(header, claims, mac.doFinal(input.getBytes(US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static TestIssuer issuer(String name) {
    return switch (name) {
      case "thief" -> THIEF;
      case "eddsa" -> TestIssuer.shared("EdDSA", name);
      default -> TestIssuer.shared(name.toUpperCase(java.util.Locale.ROOT), name);
    };
  }

  private static @Nullable Object timed(@Nullable Object claims) {
    if (!(claims instanceof Map<?, ?> map)) {
      return claims;
    }
    Map<Object, @Nullable Object> timed = new LinkedHashMap<>();
    map.forEach((name, value) -> {
      var time = TIME.matcher(String.valueOf(value));
      timed.put(name, time.matches() ? NOW + Long.parseLong(time.group(1)) : value);
    });
    return timed;
  }

  private static @Nullable Object fill(@Nullable Object value, Map<String, String> tokens) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<Object, @Nullable Object> filled = new LinkedHashMap<>();
        map.forEach((key, one) -> filled.put(key, fill(one, tokens)));
        yield filled;
      }
      case List<?> list -> {
        List<@Nullable Object> filled = new ArrayList<>();
        list.forEach(one -> filled.add(fill(one, tokens)));
        yield filled;
      }
      case String text -> WORD.matcher(text).replaceAll(found -> word(found, tokens));
      case null, default -> value;
    };
  }

  private static String key(String issuer) {
    return issuer.equals("oct")
        ? "{\"kty\":\"oct\",\"kid\":\"oct\",\"k\":\"" + TestIssuer.base64(SECRET) + "\"}"
        : issuer(issuer).jwk();
  }

  private static String word(MatchResult found, Map<String, String> tokens) {
    String name = found.group(2);
    if (found.group(1).equals("jwks")) {
      return TestIssuer.set(
          Stream.of(name.split(",")).map(OracleTokens::key).toArray(String[]::new));
    }
    String token = tokens.get(name);
    if (token == null) {
      throw new IllegalStateException("no token " + name);
    }
    return found.group(1).equals("token") ? token : token.split("\\.")[1];
  }
}
