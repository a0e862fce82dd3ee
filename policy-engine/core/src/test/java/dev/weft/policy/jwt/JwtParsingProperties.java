package dev.weft.policy.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Strangers write tokens and keys: nothing of it may throw. More of it by {@code
 * -Djqwik.tries.default=100000}.
 */
class JwtParsingProperties {
  private static final TestIssuer ISSUER = TestIssuer.shared("ES256", "k1");
  private static final Jwks KEYS = TestIssuer.read(ISSUER);
  private static final String SOUND = ISSUER.token("{\"iss\":\"iss\",\"exp\":1900000000}");
  private static final String SET = TestIssuer.set(ISSUER.jwk());

  private static JwtResult judged(String token) {
    JwtVerifier verifier =
        new JwtVerifier(
            TokenRules.of("iss", List.of()), () -> Instant.ofEpochSecond(1_800_000_000), 1, 4096);
    return verifier.verify(new JwtToken(token), KEYS);
  }

  @Property(tries = 500)
  void anyTextIsRefused(@ForAll String text) {
    assertThat(judged(text)).isInstanceOf(JwtResult.Refused.class);
  }

  @Property(tries = 500)
  void anyHeaderAndClaimsAreJudged(@ForAll String header, @ForAll String claims) {
    String token = TestIssuer.token(header, claims, new byte[64]);
    assertThat(judged(token)).isInstanceOf(JwtResult.Refused.class);
  }

  @Property(tries = 1000)
  void aTokenWithAnyOtherCharacterIsRefusedOrTheSame(
      @ForAll @IntRange(max = 10_000) int where, @ForAll char with) {
    StringBuilder changed = new StringBuilder(SOUND);
    changed.setCharAt(where % SOUND.length(), with);
    // The last character of a part holds bits that stand for nothing.
    if (judged(changed.toString()) instanceof JwtResult.Verified(Jwt jwt, var told)) {
      assertThat(jwt.issuer()).isEqualTo("iss");
      assertThat(jwt.expires()).isEqualTo(1_900_000_000);
    }
  }

  /** Their signature is right, so that everything in them is read. */
  @Property
  void anyValueInThePlaceOfAMemberIsJudged(@ForAll long seed) {
    Random random = new Random(seed);
    String header = members(random, List.of("alg", "kid", "typ", "crit"), "ES256", "k1", "JWT", "");
    String claims =
        members(
            random,
            List.of("iss", "aud", "exp", "nbf", "sub"),
            "iss",
            "shop",
            "1900000000",
            "0",
            "me");
    JwtResult result = judged(ISSUER.token(header, claims));
    if (result instanceof JwtResult.Verified(Jwt jwt, var told)) {
      assertThat(jwt.issuer()).isEqualTo("iss");
    }
  }

  private static String members(Random random, List<String> names, String... usual) {
    StringJoiner members = new StringJoiner(",", "{", "}");
    for (int i = 0; i < names.size(); i++) {
      String value = random.nextInt(5) == 0 ? value(random, 3) : "\"" + usual[i] + "\"";
      if (random.nextInt(8) > 0 && !usual[i].isEmpty()) {
        members.add("\"" + names.get(i) + "\":" + value);
      }
      if (random.nextInt(20) == 0) {
        members.add("\"" + names.get(i) + "\":" + value(random, 3));
      }
    }
    return members.toString();
  }

  private static String value(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 8 : 11)) {
      case 0 -> "null";
      case 1 -> Long.toString(random.nextLong());
      case 2 -> "1e" + random.nextInt(400);
      case 3 -> "-0." + "9".repeat(random.nextInt(400));
      case 4 -> "\"\\ud800\\u0000" + "x".repeat(random.nextInt(3_000)) + "\"";
      case 5 -> "true";
      case 6 -> "1900000000";
      case 7 -> "\"\"";
      case 8 -> "[" + value(random, depth - 1) + "," + value(random, depth - 1) + "]";
      case 9 -> "{\"a\":" + value(random, depth - 1) + "}";
      default -> "[".repeat(random.nextInt(5_000)) + value(random, depth - 1);
    };
  }

  @Property
  void aTokenWithAPieceGoneOrTwiceIsRefusedOrTheSame(@ForAll long seed) {
    Random random = new Random(seed);
    int from = random.nextInt(SOUND.length());
    int to = Math.min(SOUND.length(), from + 1 + random.nextInt(40));
    String piece = SOUND.substring(from, to);
    String changed =
        SOUND.substring(0, from)
            + (random.nextBoolean() ? "" : piece + piece)
            + SOUND.substring(to);
    assertThat(judged(changed)).isInstanceOf(JwtResult.Refused.class);
  }

  @Property(tries = 500)
  void anyBytesAreASetOfKeysOrNot(@ForAll byte[] bytes) {
    assertThat(Jwks.read(bytes)).isNotNull();
  }

  @Property(tries = 1000)
  void aSetWithAnyOtherByteIsReadOrNot(
      @ForAll @IntRange(max = 10_000) int where, @ForAll byte with) {
    byte[] bytes = SET.getBytes(StandardCharsets.UTF_8);
    bytes[where % bytes.length] = with;
    assertThat(Jwks.read(bytes)).isNotNull();
  }
}
