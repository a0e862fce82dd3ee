package dev.weft.bench.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.ca.SigningRefusal;
import dev.weft.agent.jwks.HttpGet;
import dev.weft.agent.jwks.KeyFetcher;
import dev.weft.agent.state.Delta;
import dev.weft.agent.store.ResourceStore;
import dev.weft.agent.xds.TestNode;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.read.RequestAuthenticationDocument;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningSidecar;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Keycloak's tokens enrol sidecars and pass the request authentication of one, also when it
 * changes its keys. It takes minutes to start: {@code -Dweft.keycloak=true}.
 */
@EnabledIfSystemProperty(named = "weft.keycloak", matches = "true")
class KeycloakTest {
  private static final Duration LONG = Duration.ofSeconds(120);

  @TempDir private static Path home;
  private static TestKeycloak keycloak;

  @TempDir private Path directory;

  @BeforeAll
  static void startKeycloak() throws Exception {
    keycloak = new TestKeycloak(home);
    keycloak.makeRealm("orders", "audit");
  }

  @AfterAll
  static void stopKeycloak() throws Exception {
    if (keycloak != null) {
      keycloak.close();
    }
  }

  private void configure(String keys, String more) throws IOException {
    Files.writeString(
        directory.resolve("agent/issuers.yaml"),
        """
        issuers:
          - name: keycloak
            issuer: ISSUER
            audiences: [weft]
            keys: KEYS
            claims: {typ: Bearer}
            identity: {namespace: default, serviceAccountClaim: client_id}
        """
                .replace("ISSUER", keycloak.issuer())
                .replace("KEYS", keys)
            + more);
  }

  /** Fetches keys for the agent twice a second. */
  private KeyFetcher fetch(OneCluster mesh) throws IOException {
    ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    KeyFetcher fetcher =
        KeyFetcher.open(
            mesh.agent().state,
            HttpGet.over(executor),
            executor,
            new Random(1),
            new ResourceStore(directory.resolve("keys")),
            Duration.ofMillis(500));
    mesh.agent().state.subscribe(fetcher);
    return fetcher;
  }

  private static void authenticate(OneCluster mesh, String rule) {
    String text =
        """
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {namespace: default, name: people}
        spec:
          selector: {matchLabels: {app: payments}}
          jwtRules:
          - RULE
        """
            .replace("RULE", rule);
    if (!(Document.parse(text.getBytes(UTF_8), Document.Format.YAML)
            instanceof Document.Parsed(JsonNode tree))
        || !(RequestAuthenticationDocument.read(tree, "default", "people")
            instanceof Validated.Valid<RequestAuthentication>(RequestAuthentication read))) {
      throw new AssertionError(text);
    }
    mesh.agent().state.submit(new Delta.SecurityWritten(read));
  }

  private static int pay(RunningSidecar caller, String token) {
    String header = token.isEmpty() ? "" : "authorization: Bearer " + token + "\r\n";
    try (RawClient client = RawClient.to(caller.outbound().port())) {
      return client
          .send("GET / HTTP/1.1\r\nhost: payments.default.mesh\r\n" + header + "\r\n")
          .read()
          .status();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitStatus(RunningSidecar caller, String token, int status) {
    await().atMost(LONG).until(() -> pay(caller, token), found -> found == status);
  }

  private static void assertRefused(OneCluster mesh, String token, SigningRefusal why)
      throws Exception {
    long before = mesh.agent().certificates.refused(why);
    try (TestNode node = new TestNode(mesh.agent())) {
      assertThatThrownBy(() -> node.enrol(token, "spiffe://east.demo/ns/default/sa/orders"))
          .isInstanceOf(StatusRuntimeException.class);
    }
    assertThat(mesh.agent().certificates.refused(why)).isEqualTo(before + 1);
  }

  @Test
  void tokensEnrolSidecarsAndPassTheirRequestAuthentication() throws Exception {
    try (OneCluster mesh = new OneCluster(directory);
        KeyFetcher _ = fetch(mesh)) {
      // By keys over HTTPS, and by keys in a file.
      configure(keycloak.keys(), "    ca: " + keycloak.authorities() + "\n");
      String first = keycloak.token("orders");
      RunningSidecar orders = mesh.caller("default", "orders", first);
      orders.awaitReady();
      assertRefused(mesh, keycloak.token("stranger"), SigningRefusal.ISSUER_TOKEN);
      assertRefused(mesh, keycloak.token("audit"), SigningRefusal.ANOTHER_IDENTITY);
      assertRefused(mesh, keycloak.foreign(), SigningRefusal.ISSUER_TOKEN);
      Files.writeString(directory.resolve("agent/keys.json"), keycloak.fetchKeys());
      configure("keys.json", "");
      mesh.caller("default", "audit", keycloak.token("audit")).awaitReady();
      configure(keycloak.keys(), "    ca: " + keycloak.authorities() + "\n");

      mesh.serve("payments");
      awaitStatus(orders, "", 200);
      // Keys from where the OpenID configuration says.
      authenticate(mesh, "{issuer: \"" + keycloak.issuer() + "\", audiences: [weft]}");
      awaitStatus(orders, "not.a.token", 401);
      awaitStatus(orders, first, 200);
      assertThat(pay(orders, keycloak.foreign())).isEqualTo(401);
      assertThat(pay(orders, keycloak.token("stranger"))).isEqualTo(403);
      assertThat(pay(orders, "")).isEqualTo(200);

      for (String algorithm : new String[] {"RS256", "ES256"}) {
        keycloak.rotate(algorithm);
        String next = keycloak.token("orders");
        assertThat(TestKeycloak.keyOf(next)).isNotEqualTo(TestKeycloak.keyOf(first));
        awaitStatus(orders, next, 200);
        assertThat(pay(orders, first)).as("of the last key").isEqualTo(200);
        awaitEnrolled(mesh, next);
      }
      keycloak.takeBack(first);
      awaitStatus(orders, first, 401);

      // As the address itself says.
      String keys = keycloak.issuer() + "/protocol/openid-connect/certs";
      authenticate(mesh, "{issuer: \"" + keycloak.issuer() + "\", jwksUri: \"" + keys + "\"}");
      awaitStatus(orders, keycloak.token("stranger"), 200);
    }
  }

  private static void awaitEnrolled(OneCluster mesh, String token) {
    await()
        .atMost(LONG)
        .untilAsserted(() -> {
          try (TestNode node = new TestNode(mesh.agent())) {
            node.enrol(token, "spiffe://east.demo/ns/default/sa/orders");
            assertThat(node.chain).isNotEmpty();
          } catch (StatusRuntimeException e) {
            throw new AssertionError(e);
          }
        });
  }
}
