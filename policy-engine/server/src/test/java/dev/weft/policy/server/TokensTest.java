package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.jwt.TestIssuer;
import dev.weft.policy.server.Judge.Verdict;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that no proxy has verified. */
class TokensTest {
  private static final String CLAIMS =
      "{\"iss\":\"https://issuer.example\",\"sub\":\"alice\",\"exp\":4102444800}";

  @TempDir Path directory;
  private final TestIssuer issuer = TestIssuer.shared("ES256", "one");

  @BeforeEach
  void write() throws Exception {
    Files.writeString(
        directory.resolve("tokens.yaml"),
        """
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {namespace: shop, name: tokens}
        spec:
          jwtRules:
          - {issuer: "https://issuer.example", jwks: 'KEYS'}
          - {issuer: "https://far.example", jwksUri: "https://far.example/keys", fromHeaders: [{name: x-far}]}
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {namespace: shop, name: known}
        spec: {rules: [{from: [{source: {requestPrincipals: ["https://issuer.example/alice"]}}]}]}
        """
            .replace("KEYS", TestIssuer.set(issuer.jwk())));
  }

  private Verdict asked(String header, String value) {
    AttributeContext.HttpRequest.Builder request =
        AttributeContext.HttpRequest.newBuilder().setMethod("GET").setPath("/");
    if (!header.isEmpty()) {
      request.putHeaders(header, value);
    }
    AttributeContext attributes =
        AttributeContext.newBuilder()
            .putContextExtensions("namespace", "shop")
            .putContextExtensions("service", "payments")
            .setRequest(AttributeContext.Request.newBuilder().setHttp(request))
            .build();
    try (Policies policies =
        new Policies(
            directory,
            new TrustDomain("east.demo"),
            "weft-system",
            Duration.ZERO,
            InstantSource.system())) {
      return switch (Asked.read(attributes, "")) {
        case Asked.Understood(Asked asked) ->
            policies.current().judge(asked.target()).decide(asked);
        case Asked.Unclear unclear -> throw new AssertionError(unclear);
      };
    }
  }

  @Test
  void aGenuineTokenSaysWhoItIs() {
    Verdict verdict = asked("authorization", "Bearer " + issuer.token(CLAIMS));
    assertThat(verdict.allowed()).as(verdict.reason()).isTrue();
    assertThat(asked("authorization", "Bearer " + issuer.token(CLAIMS.replace("alice", "bob"))))
        .satisfies(other -> assertThat(other.status()).isEqualTo(403));
    assertThat(asked("", "").allowed()).isFalse();
  }

  @Test
  void aTokenOfNobodyIsRefused() {
    Verdict forged =
        asked("authorization", "Bearer " + TestIssuer.fresh("ES256", "one").token(CLAIMS));
    assertThat(forged.allowed()).isFalse();
    assertThat(forged.status()).isEqualTo(401);
    assertThat(forged.reason()).startsWith("token refused: ").doesNotContain("alice");
    Verdict expired =
        asked(
            "authorization", "Bearer " + issuer.token(CLAIMS.replace("4102444800", "1000000000")));
    assertThat(expired.status()).isEqualTo(401);
  }

  @Test
  void keysThatWouldHaveToBeFetchedLetNoTokenThrough() {
    Verdict verdict = asked("x-far", issuer.token(CLAIMS.replace("issuer", "far")));
    assertThat(verdict.allowed()).isFalse();
    assertThat(verdict.status()).isEqualTo(401);
  }
}
