package dev.weft.policy.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.match.StringMatcher;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtVerifierTest {
  private static final long NOW = 1_800_000_000;

  private final TestIssuer issuer = TestIssuer.shared("ES256", "k1");
  private final Jwks keys = TestIssuer.read(issuer);
  private Instant now = Instant.ofEpochSecond(NOW);

  private JwtVerifier verifier(TokenRules rules) {
    return new JwtVerifier(rules, () -> now, 100, 4096);
  }

  private static String why(JwtResult result) {
    return switch (result) {
      case JwtResult.Verified verified -> "verified";
      case JwtResult.Refused(JwtRefusal why) -> why.text();
      case JwtResult.NeedsKeys needs -> "needs keys";
    };
  }

  private String judged(TokenRules rules, String claims) {
    return why(verifier(rules).verify(new JwtToken(issuer.token(claims)), keys));
  }

  private static TokenRules rules() {
    return TokenRules.of("iss", List.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
      })
  void takesEverySignatureThatKeyPairsMake(String algorithm) {
    TestIssuer one = TestIssuer.shared(algorithm, "k");
    String claims = "{\"iss\":\"iss\",\"sub\":\"me\",\"aud\":[\"a\",\"b\"],\"exp\":1800000001}";
    JwtResult result =
        verifier(rules()).verify(new JwtToken(one.token(claims)), TestIssuer.read(one));
    assertThat(result)
        .isInstanceOfSatisfying(
            JwtResult.Verified.class,
            verified -> {
              assertThat(verified.jwt().subject()).isEqualTo("me");
              assertThat(verified.jwt().audiences()).containsExactly("a", "b");
              assertThat(verified.jwt().claims().get("exp")).isEqualTo(1_800_000_001L);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "1800000061, Jwt not yet valid",
    "1800000060, verified",
  })
  void waitsForTheBeginningAsFarAsClocksAreApart(long notBefore, String expected) {
    assertThat(judged(rules(), "{\"iss\":\"iss\",\"nbf\":" + notBefore + "}")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1799999940, verified",
    "1799999939, Jwt is expired",
    "0, Jwt is expired",
    "1799999939.9, Jwt is expired",
    "18446744073709551615, Jwt payload [exp] field is not a positive 64 bit integer",
    "9223372036854775807, verified",
    "9e18, verified",
    "-1, Jwt payload [exp] field is not a positive 64 bit integer",
    "'\"1800000000\"', Jwt payload [exp] field is not an integer",
    "null, Jwt payload [exp] field is not an integer",
    "1e999, Jwt payload is an invalid JSON",
  })
  void endsWithItsExpiration(String expires, String expected) {
    assertThat(judged(rules(), "{\"iss\":\"iss\",\"exp\":" + expires + "}")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"iss\":\"other\"}', Jwt issuer is not configured",
    "'{}', Jwt issuer is not configured",
    "'{\"iss\":1}', Jwt payload [iss] field is not a string",
    "'{\"iss\":\"iss\",\"sub\":[]}', Jwt payload [sub] field is not a string",
    "'{\"iss\":\"iss\",\"jti\":{}}', Jwt payload [jti] field is not a string",
    "'{\"iss\":\"iss\",\"iat\":true}', Jwt payload [iat] field is not an integer",
    "'{\"iss\":\"iss\",\"nbf\":-3}', Jwt payload [nbf] field is not a positive 64 bit integer",
    "'{\"iss\":\"iss\",\"aud\":7}', Jwt payload [aud] field is not a string or string list",
    "'{\"iss\":\"iss\",\"aud\":[\"a\",7]}', Jwt payload [aud] field is not a string or string list",
    "'{\"iss\":\"iss\",\"iss\":\"iss\"}', Jwt payload is an invalid JSON",
    "'{\"iss\":\"iss\"} x', Jwt payload is an invalid JSON",
    "'[]', Jwt payload is an invalid JSON",
    "'', Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections",
  })
  void looksAtEveryClaimThatItKnows(String claims, String expected) {
    assertThat(judged(rules(), claims)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'\"a\"', verified",
    "'[\"x\",\"https://a/\"]', verified",
    "'\"http://a\"', verified",
    "'\"b\"', Audiences in Jwt are not allowed",
    "'[]', Audiences in Jwt are not allowed",
  })
  void isForOneOfTheAudiences(String audience, String expected) {
    TokenRules rules = TokenRules.of("iss", List.of("https://a/"));
    assertThat(judged(rules, "{\"iss\":\"iss\",\"aud\":" + audience + "}")).isEqualTo(expected);
  }

  @Test
  void audiencesOfTheRequirementCountInstead() {
    JwtVerifier verifier = verifier(TokenRules.of("iss", List.of("a")));
    JwtToken token = new JwtToken(issuer.token("{\"iss\":\"iss\",\"aud\":\"b\"}"));
    Issuers from = new Issuers(List.of("iss"));
    assertThat(why(verifier.verify(token, from, new Audiences(List.of("b")), keys)))
        .isEqualTo("verified");
    assertThat(why(verifier.verify(token, from, null, keys)))
        .isEqualTo("Audiences in Jwt are not allowed");
  }

  @ParameterizedTest
  @CsvSource({
    "'', false, verified",
    "'', true, Jwt verification fails",
    "',\"exp\":1800000099', true, verified",
  })
  void mayHaveToExpire(String claim, boolean required, String expected) {
    TokenRules rules = changed(null, required, null);
    assertThat(judged(rules, "{\"iss\":\"iss\"" + claim + "}")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1800000099, verified",
    "1800000100, Jwt verification fails",
  })
  void mayNotLiveTooLong(long expires, String expected) {
    TokenRules rules = changed(null, false, Duration.ofSeconds(100));
    assertThat(judged(rules, "{\"iss\":\"iss\",\"exp\":" + expires + "}")).isEqualTo(expected);
    assertThat(judged(rules, "{\"iss\":\"iss\"}")).isEqualTo("Jwt verification fails");
  }

  @Test
  void mayHaveToBeOfASubject() {
    TokenRules rules = changed(StringMatcher.prefix("spiffe://a/"), false, null);
    assertThat(judged(rules, "{\"iss\":\"iss\",\"sub\":\"spiffe://a/b\"}")).isEqualTo("verified");
    assertThat(judged(rules, "{\"iss\":\"iss\",\"sub\":\"spiffe://b/b\"}"))
        .isEqualTo("Jwt verification fails");
  }

  private static TokenRules changed(
      @Nullable StringMatcher subjects, boolean required, @Nullable Duration lifetime) {
    return new TokenRules(
        "iss", List.of(), subjects, JwtAlgorithm.ALL, TokenRules.USUAL_SKEW, required, lifetime);
  }

  @Test
  void onlyAlgorithmsThatAreAllowedCount() {
    TokenRules rules =
        new TokenRules(
            "iss", List.of(), null, Set.of(JwtAlgorithm.RS256), TokenRules.USUAL_SKEW, false, null);
    assertThat(judged(rules, "{\"iss\":\"iss\"}")).isEqualTo("Jwt verification fails");
  }

  @Test
  void withoutKeysItSaysSoOnlyOfTokensThatAreFineSoFar() {
    JwtVerifier verifier = verifier(rules());
    assertThat(why(verifier.verify(new JwtToken(issuer.token("{\"iss\":\"iss\"}")), null)))
        .isEqualTo("needs keys");
    assertThat(why(verifier.verify(new JwtToken(issuer.token("{\"iss\":\"x\"}")), null)))
        .isEqualTo("Jwt issuer is not configured");
  }

  @Test
  void aVerifiedTokenIsKnownUntilItExpires() {
    JwtVerifier verifier = verifier(rules());
    String text = issuer.token("{\"iss\":\"iss\",\"exp\":1800000010}");
    assertThat(why(verifier.verify(new JwtToken(text), keys))).isEqualTo("verified");
    assertThat(verifier.hits()).isZero();
    assertThat(why(verifier.verify(new JwtToken(text), keys))).isEqualTo("verified");
    assertThat(verifier.hits()).isEqualTo(1);
    now = now.plusSeconds(71);
    assertThat(why(verifier.verify(new JwtToken(text), keys))).isEqualTo("Jwt is expired");
    assertThat(verifier.hits()).isEqualTo(1);
  }

  @Test
  void aVerifiedTokenIsForgottenWithTheKeysThatItWasCheckedBy() {
    JwtVerifier verifier = verifier(rules());
    String text = issuer.token("{\"iss\":\"iss\"}");
    assertThat(why(verifier.verify(new JwtToken(text), keys))).isEqualTo("verified");
    Jwks others = TestIssuer.read(TestIssuer.fresh("ES256", "k1"));
    assertThat(why(verifier.verify(new JwtToken(text), others)))
        .isEqualTo("Jwt verification fails");
    assertThat(verifier.hits()).isZero();
  }

  @Test
  void remembersNoMoreThanItMay() {
    VerifiedTokens tokens = new VerifiedTokens(2, 4);
    JwtResult.Verified verified =
        new JwtResult.Verified(
            ((ParsedJwt.Sound) JwtParser.parse(issuer.token("{}"))).jwt(), Map.of());
    for (String text : List.of("a", "b", "c", "longer")) {
      tokens.put(new JwtToken(text), verified, keys);
    }
    assertThat(tokens.size()).isEqualTo(2);
    assertThat(tokens.get(new JwtToken("a"), keys)).isNull();
    assertThat(tokens.get(new JwtToken("c"), keys)).isSameAs(verified);
    assertThat(tokens.get(new JwtToken("longer"), keys)).isNull();
  }

  @Test
  void claimsThatAreListsAreToldAsListsAndMadeOnce() {
    TokenForwarding forwarding =
        new TokenForwarding(
            true, "", false, "payload", List.of("scope", "none", "iss"), "", "", List.of(), false);
    JwtProvider provider =
        new JwtProvider(
            rules(), new JwksSource.Inline("{}"), TokenLocations.NONE, forwarding, 10, 4096);
    JwtVerifier verifier = new JwtVerifier(provider, () -> now);
    String text = issuer.token("{\"iss\":\"iss\",\"scope\":\" a  b\",\"sub\":\"x y\"}");
    JwtResult.Verified first = (JwtResult.Verified) verifier.verify(new JwtToken(text), keys);
    assertThat(first.told())
        .isEqualTo(Map.of("iss", List.of("iss"), "scope", List.of("a", "b"), "sub", "x y"));
    assertThat(first.jwt().claims().get("scope")).isEqualTo(" a  b");
    assertThat(verifier.verify(new JwtToken(text), keys)).isSameAs(first);
  }

  @Test
  void nothingThatIsPrintedHoldsATokenOrAClaim() {
    String text = issuer.token("{\"iss\":\"iss\",\"sub\":\"planted-secret\"}");
    JwtResult result = verifier(rules()).verify(new JwtToken(text), keys);
    assertThat(result.toString() + new JwtToken(text) + keys + JwtParser.parse(text))
        .doesNotContain("planted-secret")
        .doesNotContain(text.substring(0, 8));
  }
}
