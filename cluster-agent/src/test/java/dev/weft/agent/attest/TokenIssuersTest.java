package dev.weft.agent.attest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.model.NodeAnnouncement.Role;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.jwt.TestIssuer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenIssuersTest {
  private static final TestIssuer CLUSTER = TestIssuer.shared("RS256", "cluster-key");
  private static final TestIssuer CI = TestIssuer.shared("ES256", "ci-key");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String FILE =
      """
      issuers:
        - name: kubernetes
          issuer: https://kubernetes.default.svc
          audiences: [weft]
          keys: cluster.json
          kubernetes: true
        - name: gateways
          issuer: https://kubernetes.default.svc
          audiences: [weft]
          keys: cluster.json
          claims: {sub: "system:serviceaccount:weft-system:gateway"}
          identity: {namespace: weft-system, serviceAccount: gateway}
          role: gateway
        - name: ci
          issuer: https://ci.example.com
          audiences: [weft]
          keys: ci.json
          claims: {repository: shop/payments, groups: deployers}
          identity: {namespace: shop, serviceAccountClaim: job}
          services: [payments, ledger]
      """;

  @TempDir private Path directory;
  private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
  private TokenIssuers issuers;

  @AfterEach
  void close() {
    issuers.close();
  }

  @BeforeEach
  void configure() throws Exception {
    Files.writeString(directory.resolve("issuers.yaml"), FILE);
    Files.writeString(directory.resolve("cluster.json"), TestIssuer.set(CLUSTER.jwk()));
    Files.writeString(directory.resolve("ci.json"), TestIssuer.set(CI.jwk()));
    issuers =
        new TokenIssuers(
            Optional.of(directory.resolve("issuers.yaml")),
            new TrustDomain("east.demo"),
            () -> NOW,
            executor,
            new Random(1));
    assertThat(issuers.problems()).isEmpty();
  }

  @Test
  void aServiceAccountIsWhoItsTokenSays() {
    String token = CLUSTER.token(kubernetes("weft", "default:payments", 600));
    assertThat(TokenIssuers.isOne(token)).isTrue();
    assertThat(issuers.attest(token))
        .isEqualTo(
            new TokenIssuers.Attested(
                new Attestation(
                    SpiffeId.parse("spiffe://east.demo/ns/default/sa/payments"),
                    Set.of("payments"),
                    Role.SIDECAR)));
  }

  @Test
  void theMeshsOwnPartsAreOnlyEnrolledWhereThatIsSaid() {
    assertThat(issuers.attest(CLUSTER.token(kubernetes("weft", "weft-system:gateway", 600))))
        .isEqualTo(
            new TokenIssuers.Attested(
                new Attestation(
                    SpiffeId.parse("spiffe://east.demo/ns/weft-system/sa/gateway"),
                    Set.of(),
                    Role.GATEWAY)));
    assertThat(issuers.attest(CLUSTER.token(kubernetes("weft", "weft-system:agent", 600))))
        .isInstanceOf(TokenIssuers.NotMapped.class);
  }

  @Test
  void claimsAreMappedToAnIdentity() {
    assertThat(issuers.attest(CI.token(ci("shop/payments", "[\"testers\",\"deployers\"]", "pay"))))
        .isEqualTo(
            new TokenIssuers.Attested(
                new Attestation(
                    SpiffeId.parse("spiffe://east.demo/ns/shop/sa/pay"),
                    Set.of("payments", "ledger"),
                    Role.SIDECAR)));
    for (String token :
        new String[] {
          CI.token(ci("shop/orders", "\"deployers\"", "pay")),
          CI.token(ci("shop/payments", "[\"testers\"]", "pay")),
          CI.token(ci("shop/payments", "\"deployers\"", "No Label")),
          CLUSTER.token(
              "{\"iss\":\"https://kubernetes.default.svc\",\"aud\":\"weft\",\"sub\":\"alice\",\"exp\":"
                  + NOW.plusSeconds(600).getEpochSecond()
                  + "}")
        }) {
      assertThat(issuers.attest(token)).isInstanceOf(TokenIssuers.NotMapped.class);
    }
  }

  @Test
  void whatIsNotGenuineOrNotForHereIsNotTaken() {
    TestIssuer stranger = TestIssuer.fresh("RS256", "cluster-key");
    for (String token :
        new String[] {
          stranger.token(kubernetes("weft", "default:payments", 600)),
          CLUSTER.token(kubernetes("vault", "default:payments", 600)),
          CLUSTER.token(kubernetes("weft", "default:payments", -600)),
          // Without an end.
          CLUSTER.token(
              "{\"iss\":\"https://kubernetes.default.svc\",\"aud\":\"weft\","
                  + "\"sub\":\"system:serviceaccount:default:payments\"}"),
          CI.token(kubernetes("weft", "default:payments", 600)),
          "a.b.c"
        }) {
      assertThat(issuers.attest(token)).isInstanceOf(TokenIssuers.BadToken.class);
    }
  }

  @Test
  void otherKeysInTheFileCountAtOnce() throws Exception {
    TestIssuer next = TestIssuer.fresh("RS256", "next-key");
    String token = next.token(kubernetes("weft", "default:payments", 600));
    assertThat(issuers.attest(token)).isInstanceOf(TokenIssuers.BadToken.class);
    Files.writeString(directory.resolve("cluster.json"), TestIssuer.set(CLUSTER.jwk(), next.jwk()));
    assertThat(issuers.attest(token)).isInstanceOf(TokenIssuers.Attested.class);
  }

  @Test
  void everyMistakeInTheFileIsToldAndNobodyIsEnrolled() throws Exception {
    Files.writeString(
        directory.resolve("issuers.yaml"),
        """
        issuers:
          - {name: a, issuer: x, keys: k, kubernetes: true, identity: {namespace: n}, color: red}
          - {name: a, audiences: [w], identity: {namespace: N, namespaceClaim: c}, role: king}
        """);
    assertThat(issuers.problems().toString())
        .contains(
            "issuers[0].audiences",
            "issuers[0].color",
            "issuers[0].identity",
            "issuers[1].name",
            "issuers[1].issuer",
            "issuers[1].keys",
            "issuers[1].identity.namespace",
            "issuers[1].identity.serviceAccount",
            "issuers[1].role");
    assertThat(issuers.attest(CLUSTER.token(kubernetes("weft", "default:payments", 600))))
        .isInstanceOf(TokenIssuers.NotJudged.class);
  }

  private static String kubernetes(String audience, String account, int seconds) {
    return "{\"iss\":\"https://kubernetes.default.svc\",\"aud\":[\""
        + audience
        + "\"],\"sub\":\"system:serviceaccount:"
        + account
        + "\",\"exp\":"
        + NOW.plusSeconds(seconds).getEpochSecond()
        + "}";
  }

  private static String ci(String repository, String groups, String job) {
    return "{\"iss\":\"https://ci.example.com\",\"aud\":\"weft\",\"repository\":\""
        + repository
        + "\",\"groups\":"
        + groups
        + ",\"job\":\""
        + job
        + "\",\"exp\":"
        + NOW.plusSeconds(600).getEpochSecond()
        + "}";
  }
}
