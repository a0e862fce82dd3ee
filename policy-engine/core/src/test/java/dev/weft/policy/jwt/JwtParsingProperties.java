package dev.weft.policy.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Strangers write tokens and keys: nothing of it may throw. */
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
