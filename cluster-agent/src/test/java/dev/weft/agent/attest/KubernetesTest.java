package dev.weft.agent.attest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.ca.SigningRefusal;
import dev.weft.agent.xds.AgentUnderTest;
import dev.weft.agent.xds.TestNode;
import dev.weft.policy.jwt.TestIssuer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Enrolment by tokens that a real Kubernetes API server made, over the agent's own port. Too long
 * to build for every change: {@code -Dweft.kubernetes=true}.
 */
@EnabledIfSystemProperty(named = "weft.kubernetes", matches = "true")
class KubernetesTest {
  private static final String PAYMENTS = "spiffe://east.demo/ns/default/sa/payments";
  private static final KeyPair RSA = TestIssuer.shared("RS256", "accounts").keys();

  @TempDir private static Path cluster;
  private static TestKubernetes kubernetes;
  private static String pod;

  @TempDir private Path directory;
  private AgentUnderTest agent;

  @BeforeAll
  static void startKubernetes() throws Exception {
    kubernetes = new TestKubernetes(cluster, RSA);
    kubernetes.namespace("weft-system");
    kubernetes.namespace("bank");
    kubernetes.account("weft-system", "agent");
    kubernetes.account("weft-system", "stranger");
    kubernetes.account("bank", "payments");
    kubernetes.account("default", "payments");
    kubernetes.bind("system:auth-delegator", "weft-system", "agent");
    pod = kubernetes.pod("default", "payments", "payments-0");
  }

  @AfterAll
  static void stopKubernetes() throws Exception {
    if (kubernetes != null) {
      kubernetes.close();
    }
  }

  @BeforeEach
  void startAgent() throws Exception {
    Files.copy(kubernetes.authorities(), directory.resolve("ca.pem"));
    own("agent");
    configure(true);
    agent = new AgentUnderTest(directory, "east");
  }

  @AfterEach
  void stopAgent() throws Exception {
    agent.close();
  }

  /** The agent shows the token of this service account. */
  private void own(String account) throws Exception {
    Files.writeString(
        directory.resolve("token"),
        kubernetes.token("weft-system", account, TestKubernetes.ISSUER));
  }

  private void configure(boolean review) throws Exception {
    String issuer =
        """
        issuers:
          - name: kubernetes
            issuer: ISSUER
            audiences: [weft]
            keys: SERVER/openid/v1/jwks
            ca: ca.pem
            token: token
            kubernetes: true
        """;
    String reviews = "    review: {server: SERVER, ca: ca.pem, token: token}\n";
    Files.writeString(
        directory.resolve("issuers.yaml"),
        (review ? issuer + reviews : issuer)
            .replace("ISSUER", TestKubernetes.ISSUER)
            .replace("SERVER", kubernetes.url()));
  }

  private static String ofPod(String name, String uid) throws Exception {
    return kubernetes.token("default", "payments", "weft", name, uid);
  }

  private void assertEnrolled(String token) throws Exception {
    try (TestNode node = new TestNode(agent)) {
      node.enrol(token, PAYMENTS);
      assertThat(node.chain).isNotEmpty();
    }
  }

  /** How the agent refuses it: {@code <gRPC code> <reason>: <description>}, or {@code enrolled}. */
  private String refusal(String token) throws Exception {
    try (TestNode node = new TestNode(agent)) {
      long[] before = counts();
      StatusRuntimeException refused =
          catchThrowableOfType(StatusRuntimeException.class, () -> node.enrol(token, PAYMENTS));
      if (refused == null) {
        return "enrolled";
      }
      long[] after = counts();
      StringBuilder reasons = new StringBuilder();
      for (SigningRefusal one : SigningRefusal.values()) {
        if (after[one.ordinal()] != before[one.ordinal()]) {
          reasons.append(one.label());
        }
      }
      Status status = refused.getStatus();
      return status.getCode() + " " + reasons + ": " + status.getDescription();
    }
  }

  private long[] counts() {
    long[] counts = new long[SigningRefusal.values().length];
    for (SigningRefusal one : SigningRefusal.values()) {
      counts[one.ordinal()] = agent.certificates.refused(one);
    }
    return counts;
  }

  @Test
  void aPodsTokenEnrolsWhoItIs() throws Exception {
    assertEnrolled(ofPod("payments-0", pod));
    await().until(() -> !agent.state.current().enrolments().isEmpty());
    assertThat(agent.state.current().enrolments().values().iterator().next().services())
        .containsExactly("payments");
  }

  @Test
  void whatIsWrongWithATokenIsSaid() throws Exception {
    assertThat(refusal(kubernetes.token("default", "payments", "vault")))
        .isEqualTo(
            "UNAUTHENTICATED issuer_token: the token is not taken: Audiences in Jwt are not"
                + " allowed");
    assertThat(refusal(kubernetes.token("bank", "payments", "weft")))
        .isEqualTo(
            "PERMISSION_DENIED another_identity: csr: asks for "
                + PAYMENTS
                + ", the caller is spiffe://east.demo/ns/bank/sa/payments");
    assertThat(refusal(kubernetes.token("weft-system", "stranger", "weft")))
        .isEqualTo("PERMISSION_DENIED token_claims: the issuer may not enrol the mesh's own parts");
    String sound = ofPod("payments-0", pod);
    assertThat(refusal(changed(sound, "default:payments", "default:ledger", false)))
        .isEqualTo("UNAUTHENTICATED issuer_token: the token is not taken: Jwt verification fails");
    assertThat(refusal(changed(sound, "\"exp\":", "\"exp\":1000000000,\"was\":", true)))
        .isEqualTo("UNAUTHENTICATED issuer_token: the token is not taken: Jwt is expired");
    assertEnrolled(sound);
  }

  /** With other claims, signed by the cluster's key or still with its old signature. */
  private static String changed(String token, String what, String to, boolean signed)
      throws Exception {
    String[] parts = token.split("\\.");
    String claims = new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8);
    assertThat(claims).contains(what);
    String input = parts[0] + "." + TestIssuer.base64(claims.replace(what, to));
    if (!signed) {
      return input + "." + parts[2];
    }
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(RSA.getPrivate());
    signature.update(input.getBytes(US_ASCII));
    return input + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
  }

  @Test
  void aTokenEndsWithItsPod() throws Exception {
    String uid = kubernetes.pod("default", "payments", "payments-1");
    String token = ofPod("payments-1", uid);
    assertEnrolled(token);
    kubernetes.delete("/api/v1/namespaces/default/pods/payments-1");
    String gone =
        "UNAUTHENTICATED issuer_token: the token is not taken: the API server does not take it,"
            + " the pod or account that it is bound to may be gone";
    // It remembers for a while what it took.
    await().untilAsserted(() -> assertThat(refusal(token)).isEqualTo(gone));
    // Another pod of that name is another pod.
    kubernetes.pod("default", "payments", "payments-1");
    assertThat(refusal(token)).isEqualTo(gone);
    // Who does not ask does not know.
    configure(false);
    assertEnrolled(token);
  }

  @Test
  void aTokenEndsWithItsAccount() throws Exception {
    kubernetes.account("bank", "till");
    String token = kubernetes.token("bank", "till", "weft");
    kubernetes.delete("/api/v1/namespaces/bank/serviceaccounts/till");
    kubernetes.account("bank", "till");
    assertThat(refusal(token)).startsWith("UNAUTHENTICATED issuer_token: ").contains("may be gone");
  }

  @Test
  void whoMayNotReviewEnrolsNobodyUntilHeMay() throws Exception {
    own("stranger");
    String token = ofPod("payments-0", pod);
    String away =
        "UNAVAILABLE issuer_unavailable: the token cannot be judged now: the API server cannot be"
            + " asked about it";
    assertThat(refusal(token)).isEqualTo(away);
    own("agent");
    assertEnrolled(token);
  }

  @Test
  void whoMayNotReadKeysEnrolsNobodyUntilHeMay() throws Exception {
    Files.writeString(directory.resolve("token"), "of-nobody");
    configure(true);
    String token = ofPod("payments-0", pod);
    assertThat(refusal(token))
        .isEqualTo(
            "UNAVAILABLE issuer_unavailable: the token cannot be judged now: the keys of its"
                + " issuer cannot be fetched");
    own("agent");
    await().untilAsserted(() -> assertThat(refusal(token)).isEqualTo("enrolled"));
  }

  @Test
  void anotherKeyAndAnotherAlgorithmNeedNoRestartOfTheAgent() throws Exception {
    String token = ofPod("payments-0", pod);
    assertEnrolled(token);
    kubernetes.stop();
    assertThat(refusal(token)).startsWith("UNAVAILABLE issuer_unavailable: ");
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    kubernetes.start(generator.generateKeyPair());
    String next = ofPod("payments-0", pod);
    assertThat(new String(Base64.getUrlDecoder().decode(next.split("\\.")[0]), UTF_8))
        .contains("ES256");
    await().untilAsserted(() -> assertThat(refusal(next)).isEqualTo("enrolled"));
    // What was signed before is good still, and the cluster as others expect it.
    assertEnrolled(token);
    kubernetes.stop();
    kubernetes.start(RSA);
  }
}
