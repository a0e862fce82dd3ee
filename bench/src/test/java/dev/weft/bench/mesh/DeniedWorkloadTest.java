package dev.weft.bench.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.attest.Denial;
import dev.weft.agent.attest.Denials;
import dev.weft.agent.ca.IssuedCertificates.Issued;
import dev.weft.agent.xds.AgentUnderTest;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningSidecar;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a denial at the agent does to a workload that has called before, over a connection that
 * stands: it is let in no more, for its own reason, others are, and it is again when the denial is
 * taken back.
 */
class DeniedWorkloadTest {
  private static final String ORDERS = "spiffe://east.demo/ns/default/sa/orders";

  @TempDir private Path directory;

  @Test
  void isRefusedByItsIdentityAndByItsCertificateUntilTheDenialIsTakenBack() throws Exception {
    try (OneCluster mesh = new OneCluster(directory)) {
      AgentUnderTest agent = mesh.agent();
      RunningSidecar payments = mesh.serve("payments");
      RunningSidecar orders = mesh.caller("default", "orders");
      RunningSidecar cart = mesh.caller("default", "cart");
      awaitAnswer(orders);
      awaitAnswer(cart);

      String serial =
          agent.issued.all().stream()
              .filter(one -> one.identity().uri().equals(ORDERS))
              .map(Issued::serial)
              .findAny()
              .orElseThrow();
      Denial certificate =
          agent
              .denials
              .deny(new Denial.Serial(Denials.serial(serial).orElseThrow()), "stolen")
              .orElseThrow();
      awaitRefused(orders);
      assertThat(refused(payments, "revoked")).isPositive();
      awaitAnswer(cart);
      assertThat(agent.denials.allow(certificate.id())).isTrue();
      awaitAnswer(orders);

      assertThat(refused(payments, "denied")).isZero();
      Denial identity =
          agent
              .denials
              .deny(new Denial.Identity(SpiffeId.parse(ORDERS)), "compromised")
              .orElseThrow();
      awaitRefused(orders);
      assertThat(refused(payments, "denied")).isPositive();
      awaitAnswer(cart);
      assertThat(agent.denials.allow(identity.id())).isTrue();
      awaitAnswer(orders);
      assertThat(refused(payments, "revocation_unknown")).isZero();
    }
  }

  private static double refused(RunningSidecar sidecar, String reason) {
    return sidecar
        .metrics()
        .lines()
        .filter(line ->
            line.startsWith("weft_downstream_refused_total{")
                && line.contains("listener=\"inbound\"")
                && line.contains("reason=\"" + reason + "\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static void awaitAnswer(RunningSidecar caller) {
    await().atMost(Duration.ofSeconds(60)).until(() -> status(caller) == 200);
  }

  private static void awaitRefused(RunningSidecar caller) {
    await().atMost(Duration.ofSeconds(60)).until(() -> status(caller) == 503);
  }

  private static int status(RunningSidecar caller) throws IOException {
    try (RawClient client = RawClient.to(caller.outbound().port())) {
      return client
          .send("GET / HTTP/1.1\r\nhost: payments.default.mesh\r\ncontent-length: 0\r\n\r\n")
          .read()
          .status();
    }
  }
}
