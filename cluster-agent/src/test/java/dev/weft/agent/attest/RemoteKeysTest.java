package dev.weft.agent.attest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.jwt.TestIssuer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys from an HTTPS server that asks for a token, as an API server of Kubernetes does. */
class RemoteKeysTest {
  private static final TestIssuer CLUSTER = TestIssuer.shared("RS256", "cluster-key");
  private static final String ISSUER = "https://kubernetes.default.svc";

  @TempDir private static Path certificates;

  @TempDir private Path directory;
  private TestApiServer server;
  private TokenIssuers issuers;

  @BeforeAll
  static void makeCertificates() throws Exception {
    TestApiServer.makeCertificates(certificates);
  }

  @BeforeEach
  void serve() throws Exception {
    server = new TestApiServer(certificates);
    server.keys = TestIssuer.set(CLUSTER.jwk());
    TestApiServer.trust(certificates, directory);
    configure("/openid/v1/jwks");
    issuers = TestApiServer.issuers(directory);
  }

  private void configure(String path) throws Exception {
    Files.writeString(
        directory.resolve("issuers.yaml"),
        "issuers:\n"
            + "  - name: kubernetes\n"
            + "    issuer: "
            + ISSUER
            + "\n    audiences: [weft]\n    keys: "
            + server.url()
            + path
            + "\n    ca: ca.pem\n    token: token\n    kubernetes: true\n");
  }

  @AfterEach
  void stop() {
    issuers.close();
    server.close();
  }

  private static String token(TestIssuer by) {
    return by.token(
        "{\"iss\":\""
            + ISSUER
            + "\",\"aud\":\"weft\",\"sub\":\"system:serviceaccount:default:payments\",\"exp\":"
            + Instant.now().plusSeconds(600).getEpochSecond()
            + "}");
  }

  @Test
  void keysAreFetchedOnceForAll() throws Exception {
    assertThat(issuers.problems()).isEmpty();
    List<Future<TokenIssuers.Answer>> answers = new ArrayList<>();
    try (ExecutorService nodes = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 32; i++) {
        answers.add(nodes.submit(() -> issuers.attest(token(CLUSTER))));
      }
      for (Future<TokenIssuers.Answer> answer : answers) {
        assertThat(answer.get(60, TimeUnit.SECONDS)).isInstanceOf(TokenIssuers.Attested.class);
      }
    }
    assertThat(server.asked).hasValue(1);
  }

  @Test
  void aNewKeyOfTheIssuerNeedsNoRestart() {
    assertThat(issuers.attest(token(CLUSTER))).isInstanceOf(TokenIssuers.Attested.class);
    TestIssuer next = TestIssuer.fresh("RS256", "next-key");
    server.keys = TestIssuer.set(next.jwk());
    assertThat(issuers.attest(token(next))).isInstanceOf(TokenIssuers.Attested.class);
    assertThat(server.asked).hasValue(2);
    // What the issuer has taken back is taken back here.
    assertThat(issuers.attest(token(CLUSTER))).isInstanceOf(TokenIssuers.BadToken.class);
  }

  @Test
  void strangersDoNotMakeItFetchAgainAndAgain() {
    assertThat(issuers.attest(token(CLUSTER))).isInstanceOf(TokenIssuers.Attested.class);
    for (int i = 0; i < 20; i++) {
      assertThat(issuers.attest(token(TestIssuer.fresh("ES256", "unknown-" + i))))
          .isInstanceOf(TokenIssuers.BadToken.class);
    }
    assertThat(server.asked).hasValue(2);
  }

  @Test
  void theLastKeysGoOnWhileTheServerIsAway() {
    assertThat(issuers.attest(token(CLUSTER))).isInstanceOf(TokenIssuers.Attested.class);
    server.close();
    assertThat(issuers.attest(token(TestIssuer.fresh("RS256", "next-key"))))
        .isInstanceOf(TokenIssuers.BadToken.class);
    assertThat(issuers.attest(token(CLUSTER))).isInstanceOf(TokenIssuers.Attested.class);
  }

  @Test
  void aServerThatNobodyVouchesForIsNotBelieved() throws Exception {
    Files.copy(
        certificates.resolve("stranger.pem"),
        directory.resolve("ca.pem"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertNoKeys();
    assertThat(server.asked).hasValue(0);
  }

  @Test
  void neitherAWrongTokenNorARedirectionNorNonsenseGivesKeys() throws Exception {
    Files.writeString(directory.resolve("token"), "another");
    assertNoKeys();
    Files.writeString(directory.resolve("token"), TestApiServer.TOKEN);
    configure("/elsewhere/openid/v1/jwks");
    assertNoKeys();
    server.keys = "<html>";
    configure("/openid/v1/jwks?nonsense");
    assertNoKeys();
    server.keys = "{\"keys\":[" + " ".repeat(2 << 20) + "]}";
    configure("/openid/v1/jwks?large");
    assertNoKeys();
  }

  private void assertNoKeys() {
    assertThat(issuers.attest(token(CLUSTER)))
        .isEqualTo(new TokenIssuers.NotJudged("the keys of its issuer cannot be fetched"));
  }

  @Test
  void addressesThatAreNotSafeAreRefused() throws Exception {
    Files.writeString(
        directory.resolve("issuers.yaml"),
        """
        issuers:
          - {name: a, issuer: x, audiences: [w], keys: "http://issuer/jwks", kubernetes: true}
          - {name: b, issuer: x, audiences: [w], keys: "https://user@issuer/jwks", kubernetes: true}
          - {name: c, issuer: x, audiences: [w], keys: file.json, ca: ca.pem, kubernetes: true}
        """);
    assertThat(issuers.problems().toString())
        .contains("issuers[0].keys", "issuers[1].keys", "issuers[2].ca");
  }
}
