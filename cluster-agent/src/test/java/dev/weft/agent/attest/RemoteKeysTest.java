package dev.weft.agent.attest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.jwt.TestIssuer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys from an HTTPS server that asks for a token, as an API server of Kubernetes does. */
class RemoteKeysTest {
  private static final TestIssuer CLUSTER = TestIssuer.shared("RS256", "cluster-key");
  private static final String ISSUER = "https://kubernetes.default.svc";
  private static final String PASSWORD = "in memory only";
  private static final String TOKEN = "agents-own-token";

  @TempDir private static Path certificates;

  @TempDir private Path directory;
  private final AtomicInteger asked = new AtomicInteger();
  private volatile String keys = TestIssuer.set(CLUSTER.jwk());
  private HttpsServer server;
  private TokenIssuers issuers;

  @BeforeAll
  static void makeCertificates() throws Exception {
    for (String name : List.of("server", "stranger")) {
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "one",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=" + name,
                  "-ext",
                  "san=ip:127.0.0.1",
                  "-validity",
                  "2",
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  certificates.resolve(name + ".p12").toString(),
                  "-storepass",
                  PASSWORD)
              .redirectErrorStream(true)
              .start();
      keytool.getInputStream().readAllBytes();
      assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
      byte[] der = store(name).getCertificate("one").getEncoded();
      Files.writeString(
          certificates.resolve(name + ".pem"),
          "-----BEGIN CERTIFICATE-----\n"
              + Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der)
              + "\n-----END CERTIFICATE-----\n");
    }
  }

  private static KeyStore store(String name) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(certificates.resolve(name + ".p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  @BeforeEach
  void serve() throws Exception {
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(store("server"), PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/openid/v1/jwks",
        exchange -> {
          asked.incrementAndGet();
          boolean known =
              ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"));
          byte[] body = keys.getBytes(UTF_8);
          exchange.sendResponseHeaders(known ? 200 : 401, known ? body.length : -1);
          if (known) {
            exchange.getResponseBody().write(body);
          }
          exchange.close();
        });
    server.createContext(
        "/elsewhere",
        exchange -> {
          exchange.getResponseHeaders().add("Location", "/openid/v1/jwks");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    server.start();
    Files.copy(certificates.resolve("server.pem"), directory.resolve("ca.pem"));
    Files.writeString(directory.resolve("token"), TOKEN + "\n");
    configure("/openid/v1/jwks");
    issuers =
        new TokenIssuers(
            Optional.of(directory.resolve("issuers.yaml")),
            new TrustDomain("east.demo"),
            Instant::now,
            Executors.newSingleThreadScheduledExecutor(),
            new Random(1));
  }

  private void configure(String path) throws Exception {
    Files.writeString(
        directory.resolve("issuers.yaml"),
        "issuers:\n"
            + "  - name: kubernetes\n"
            + "    issuer: "
            + ISSUER
            + "\n    audiences: [weft]\n    keys: https://127.0.0.1:"
            + server.getAddress().getPort()
            + path
            + "\n    ca: ca.pem\n    token: token\n    kubernetes: true\n");
  }

  @AfterEach
  void stop() {
    issuers.close();
    server.stop(0);
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
    assertThat(asked).hasValue(1);
  }

  @Test
  void aNewKeyOfTheIssuerNeedsNoRestart() {
    assertThat(issuers.attest(token(CLUSTER))).isInstanceOf(TokenIssuers.Attested.class);
    TestIssuer next = TestIssuer.fresh("RS256", "next-key");
    keys = TestIssuer.set(next.jwk());
    assertThat(issuers.attest(token(next))).isInstanceOf(TokenIssuers.Attested.class);
    assertThat(asked).hasValue(2);
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
    assertThat(asked).hasValue(2);
  }

  @Test
  void theLastKeysGoOnWhileTheServerIsAway() {
    assertThat(issuers.attest(token(CLUSTER))).isInstanceOf(TokenIssuers.Attested.class);
    server.stop(0);
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
    assertThat(asked).hasValue(0);
  }

  @Test
  void neitherAWrongTokenNorARedirectionNorNonsenseGivesKeys() throws Exception {
    Files.writeString(directory.resolve("token"), "another");
    assertNoKeys();
    Files.writeString(directory.resolve("token"), TOKEN);
    configure("/elsewhere");
    assertNoKeys();
    keys = "<html>";
    configure("/openid/v1/jwks?nonsense");
    assertNoKeys();
    keys = "{\"keys\":[" + " ".repeat(2 << 20) + "]}";
    configure("/openid/v1/jwks?large");
    assertNoKeys();
  }

  private void assertNoKeys() {
    assertThat(issuers.attest(token(CLUSTER)))
        .isEqualTo(new TokenIssuers.BadToken("the keys of its issuer cannot be fetched"));
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
