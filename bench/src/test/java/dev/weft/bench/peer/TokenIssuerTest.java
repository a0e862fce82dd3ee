package dev.weft.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.jwt.Jwks;
import dev.weft.policy.jwt.JwtResult;
import dev.weft.policy.jwt.JwtToken;
import dev.weft.policy.jwt.JwtVerifier;
import dev.weft.policy.jwt.TokenRules;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tokens that nobody takes would be measured as refusals. */
class TokenIssuerTest {
  private final TokenIssuer issuer = new TokenIssuer();

  private static JwtResult judged(String token, TokenIssuer by) {
    JwtVerifier verifier =
        new JwtVerifier(
            TokenRules.of("https://issuer.example/realms/shop", List.of("shop")),
            InstantSource.system(),
            0,
            0);
    Jwks keys = (Jwks) Jwks.read(by.keys().getBytes(StandardCharsets.UTF_8));
    return verifier.verify(new JwtToken(token), keys);
  }

  @Test
  void itsTokensAreTaken() {
    assertThat(judged(PolicyRules.token(issuer), issuer)).isInstanceOf(JwtResult.Verified.class);
    assertThat(judged(PolicyRules.strangersToken(issuer), issuer))
        .isInstanceOf(JwtResult.Verified.class);
  }

  @Test
  void anothersAreNot() {
    assertThat(judged(PolicyRules.token(new TokenIssuer()), issuer))
        .isInstanceOf(JwtResult.Refused.class);
  }
}
