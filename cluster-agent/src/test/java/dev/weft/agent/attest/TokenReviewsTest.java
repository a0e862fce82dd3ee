package dev.weft.agent.attest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.attest.TestApiServer.Review;
import dev.weft.agent.attest.TokenIssuers.Answer;
import dev.weft.agent.attest.TokenIssuers.Attested;
import dev.weft.agent.attest.TokenIssuers.BadToken;
import dev.weft.agent.attest.TokenIssuers.Disowned;
import dev.weft.agent.attest.TokenIssuers.NotJudged;
import dev.weft.policy.jwt.TestIssuer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An API server is asked about tokens that are genuine, and only its clear yes counts. */
class TokenReviewsTest {
  private static final TestIssuer CLUSTER = TestIssuer.shared("RS256", "cluster-key");
  private static final String ISSUER = "https://kubernetes.default.svc";
  private static final String SUBJECT = "system:serviceaccount:default:payments";
  private static final NotJudged AWAY = new NotJudged("the API server cannot be asked about it");

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
    TestApiServer.trust(certificates, directory);
    Files.writeString(directory.resolve("keys.json"), TestIssuer.set(CLUSTER.jwk()));
    configure(server.url());
    issuers = TestApiServer.issuers(directory);
    assertThat(issuers.problems()).isEmpty();
  }

  private void configure(String url) throws Exception {
    Files.writeString(
        directory.resolve("issuers.yaml"),
        "issuers:\n"
            + "  - name: kubernetes\n"
            + "    issuer: "
            + ISSUER
            + "\n    audiences: [weft, mesh]\n    keys: keys.json\n    kubernetes: true\n"
            + "    review: {server: \""
            + url
            + "\", ca: ca.pem, token: token}\n");
  }

  @AfterEach
  void stop() {
    issuers.close();
    server.close();
  }

  private static String token(TestIssuer by, String audience) {
    return by.token(
        String.format(
            Locale.ROOT,
            "{\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"%s\",\"exp\":%d}",
            ISSUER,
            audience,
            SUBJECT,
            Instant.now().plusSeconds(600).getEpochSecond()));
  }

  /** Asks with a sound token; the API server answers 201 with this as status. */
  private Answer reviewed(String status) {
    server.review =
        new Review(
            201,
            "{\"kind\":\"TokenReview\",\"apiVersion\":\"authentication.k8s.io/v1\",\"metadata\":{},"
                + "\"spec\":{},\"status\":"
                + status
                + "}");
    return issuers.attest(token(CLUSTER, "weft"));
  }

  private static String status(String subject, String audiences) {
    return "{\"authenticated\":true,\"user\":{\"username\":\""
        + subject
        + "\",\"groups\":[\"system:serviceaccounts\"]},\"audiences\":"
        + audiences
        + "}";
  }

  @Test
  void whatTheServerTakesIsTaken() throws Exception {
    assertThat(reviewed(status(SUBJECT, "[\"weft\"]"))).isInstanceOf(Attested.class);
    String asked = server.reviews.remove();
    assertThat(asked).startsWith("POST application/json {");
    JsonNode review = new ObjectMapper().readTree(asked.substring(asked.indexOf('{')));
    assertThat(review.path("kind").asText()).isEqualTo("TokenReview");
    assertThat(review.path("apiVersion").asText()).isEqualTo("authentication.k8s.io/v1");
    assertThat(review.path("spec").path("token").asText()).isEqualTo(token(CLUSTER, "weft"));
    assertThat(review.path("spec").path("audiences").toString()).isEqualTo("[\"weft\",\"mesh\"]");
    // A slash at the end of the address counts for nothing.
    configure(server.url() + "/");
    assertThat(reviewed(status(SUBJECT, "[\"other\",\"mesh\"]"))).isInstanceOf(Attested.class);
  }

  @Test
  void whatIsNotGenuineIsNotShownToTheServer() {
    for (String token :
        List.of(
            token(CLUSTER, "vault"),
            token(TestIssuer.fresh("RS256", "cluster-key"), "weft"),
            CLUSTER.token("{\"iss\":\"https://other\"}"))) {
      assertThat(issuers.attest(token)).isInstanceOf(BadToken.class);
    }
    assertThat(server.reviews).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"user\":{},\"error\":\"[invalid bearer token, pod is gone]\"}",
        "{\"authenticated\":false,\"user\":{\"username\":\"" + SUBJECT + "\"}}",
        "{\"authenticated\":\"true\",\"user\":{\"username\":\"" + SUBJECT + "\"}}"
      })
  void whatTheServerDoesNotTakeIsRefused(String status) {
    assertThat(reviewed(status))
        .isEqualTo(
            new Disowned(
                "the API server does not take it, the pod or account that it is bound to may be"
                    + " gone"));
  }

  @Test
  void anotherAudienceAndAnotherSubjectAreRefused() {
    Disowned audience = new Disowned("the API server does not take it for this audience");
    assertThat(reviewed(status(SUBJECT, "[\"vault\"]"))).isEqualTo(audience);
    // Of a server that does not know audiences.
    assertThat(reviewed(status(SUBJECT, "[]"))).isEqualTo(audience);
    assertThat(reviewed(status("system:serviceaccount:default:orders", "[\"weft\"]")))
        .isEqualTo(new Disowned("the API server takes it for somebody else's"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>",
        "[]",
        "{\"kind\":\"Status\",\"status\":\"Failure\"}",
        "{\"kind\":\"TokenReview\"}",
        "{\"kind\":\"TokenReview\",\"status\":{\"authenticated\":true"
      })
  void nonsenseIsNoAnswer(String body) {
    server.review = new Review(201, body);
    assertThat(issuers.attest(token(CLUSTER, "weft"))).isEqualTo(AWAY);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 409, 429, 500, 503})
  void otherCodesAreNoAnswer(int code) {
    server.review = new Review(code, "");
    assertThat(issuers.attest(token(CLUSTER, "weft"))).isEqualTo(AWAY);
  }

  @Test
  void aServerThatIsAwaySilentOrEndlessEnrolsNobody() throws Exception {
    server.review = new Review(0, "");
    assertThat(issuers.attest(token(CLUSTER, "weft"))).isEqualTo(AWAY);
    server.review = new Review(201, " ".repeat(1 << 20));
    assertThat(issuers.attest(token(CLUSTER, "weft"))).isEqualTo(AWAY);
    configure("https://127.0.0.1:1");
    assertThat(issuers.attest(token(CLUSTER, "weft"))).isEqualTo(AWAY);
    // And back.
    configure(server.url());
    assertThat(reviewed(status(SUBJECT, "[\"weft\"]"))).isInstanceOf(Attested.class);
  }

  @Test
  void neitherAStrangerNorARedirectionNorAnOldTokenIsGoodEnough() throws Exception {
    String good = status(SUBJECT, "[\"weft\"]");
    configure(server.url() + "/elsewhere");
    assertThat(reviewed(good)).isEqualTo(AWAY);
    assertThat(server.reviews).isEmpty();
    configure(server.url());
    Files.writeString(directory.resolve("token"), "another");
    assertThat(reviewed(good)).isEqualTo(AWAY);
    Files.writeString(directory.resolve("token"), "not a\nheader");
    assertThat(reviewed(good)).isEqualTo(AWAY);
    Files.delete(directory.resolve("token"));
    assertThat(reviewed(good)).isEqualTo(AWAY);
    Files.writeString(directory.resolve("token"), TestApiServer.TOKEN);
    Files.copy(
        certificates.resolve("stranger.pem"),
        directory.resolve("ca.pem"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(reviewed(good)).isEqualTo(AWAY);
    // All is read anew.
    Files.copy(
        certificates.resolve("server.pem"),
        directory.resolve("ca.pem"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(reviewed(good)).isInstanceOf(Attested.class);
  }

  @Test
  void manyAtOnceAreAllAnswered() throws Exception {
    reviewed(status(SUBJECT, "[\"weft\"]"));
    List<Future<Answer>> answers = new ArrayList<>();
    try (ExecutorService nodes = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 24; i++) {
        answers.add(nodes.submit(() -> issuers.attest(token(CLUSTER, "weft"))));
      }
      for (Future<Answer> answer : answers) {
        // On a slow machine some may have stood in line for too long.
        assertThat(answer.get(60, TimeUnit.SECONDS))
            .matches(is -> is instanceof Attested || is.equals(AWAY));
      }
    }
  }

  @Test
  void anotherEntryOfTheIssuerDoesNotHideWhatTheServerSaid() throws Exception {
    server.review = new Review(503, "");
    Files.writeString(
        directory.resolve("issuers.yaml"),
        Files.readString(directory.resolve("issuers.yaml"))
            + "  - name: gateways\n    issuer: "
            + ISSUER
            + "\n    audiences: [weft]\n    keys: keys.json\n    kubernetes: true\n"
            + "    role: gateway\n");
    assertThat(issuers.attest(token(CLUSTER, "weft"))).isEqualTo(AWAY);
    assertThat(reviewed("{}")).isInstanceOf(Disowned.class);
  }

  @Test
  void serversThatAreNotSafeAreRefused() throws Exception {
    Files.writeString(
        directory.resolve("issuers.yaml"),
        """
        issuers:
          - {name: a, issuer: x, audiences: [w], keys: k, kubernetes: true, review: {token: t}}
          - {name: b, issuer: x, audiences: [w], keys: k, kubernetes: true, review: {server: "http://api", token: t}}
          - {name: c, issuer: x, audiences: [w], keys: k, kubernetes: true, review: {server: "https://api"}}
          - {name: d, issuer: x, audiences: [w], keys: k, kubernetes: true, review: {server: "https://a@api", token: t}}
          - {name: e, issuer: x, audiences: [w], keys: k, kubernetes: true, review: {server: "https://api?a=b", token: t}}
          - {name: f, issuer: x, audiences: [w], keys: k, kubernetes: true, review: {server: "https://a b", token: t, url: x}}
          - {name: g, issuer: x, audiences: [w], keys: "https://a b", kubernetes: true, review: "https://api"}
        """);
    assertThat(issuers.problems().toString())
        .contains(
            "issuers[0].review.server",
            "issuers[1].review.server",
            "issuers[2].review.token",
            "issuers[3].review.server",
            "issuers[4].review.server",
            "issuers[5].review.server",
            "issuers[5].review.url",
            "issuers[6].keys",
            "issuers[6].review");
    assertThat(issuers.attest(token(CLUSTER, "weft"))).isInstanceOf(NotJudged.class);
  }
}
