package dev.weft.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.gateway.app.GatewayResources.Instance;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.tls.TestPki;
import dev.weft.proxy.tls.TlsMaterial;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The port between clusters: TLS goes through by server name, to whom it names and to nobody else.
 */
class EastWestTest {

  private static final TestPki EAST = TestPki.of("east.demo");
  private static final TestPki WEST = TestPki.of("west.demo");
  private static final String SERVICE = "9001.payments.default.east.demo";

  @TempDir private static Path directory;
  private static final TlsMaterial oneOwn = EAST.svid("default", "payments");
  private static final TlsMaterial twoOwn = EAST.svid("default", "payments");
  private static FakeOrigin one;
  private static FakeOrigin two;
  private static RunningGateway gateway;
  private static TlsCaller caller;

  @BeforeAll
  static void start() throws Exception {
    one = sidecar(oneOwn, "from one");
    two = sidecar(twoOwn, "from two");
    gateway = RunningGateway.start("east", EAST, Map.of("east.demo", EAST.bundlePem()), directory);
    caller = new TlsCaller(WEST.svid("default", "orders"));
  }

  @AfterAll
  static void stop() {
    gateway.close();
    one.close();
    two.close();
  }

  /** Asks for a client certificate of the west, as a sidecar does. */
  private static FakeOrigin sidecar(TlsMaterial own, String body) throws IOException {
    return FakeOrigin.tls(
        false,
        SslContextBuilder.forServer(own.key(), own.chain().toArray(X509Certificate[]::new))
            .clientAuth(ClientAuth.REQUIRE)
            .trustManager(WEST.root())
            .build(),
        Script.ok(body));
  }

  @BeforeEach
  void bothAreHealthy() throws IOException {
    instances("HEALTHY", "HEALTHY");
    await()
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(bodyFrom("one." + SERVICE)).isEqualTo("from one"));
    await()
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(bodyFrom("two." + SERVICE)).isEqualTo("from two"));
  }

  private static void instances(String healthOfOne, String healthOfTwo) {
    gateway
        .agent()
        .put(
            "export|payments.default",
            GatewayResources.instances(
                new Instance("one", new HostPort("127.0.0.1", one.port()), healthOfOne),
                new Instance("two", new HostPort("127.0.0.1", two.port()), healthOfTwo)));
  }

  private static String bodyFrom(String serverName) throws IOException {
    return caller.get(gateway.address(), serverName, "/").body();
  }

  @Test
  void aServerNameOfAnInstanceLeadsToThatInstanceAndTlsEndsThere() throws Exception {
    for (int i = 0; i < 3; i++) {
      TlsCaller.Seen seen = caller.get(gateway.address(), "two." + SERVICE, "/");
      assertThat(seen.body()).isEqualTo("from two");
      assertThat(seen.certificate()).isEqualTo(twoOwn.leaf());
    }
  }

  @Test
  void aServerNameOfTheServiceIsBalanced() throws Exception {
    Set<String> bodies = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      bodies.add(bodyFrom(SERVICE));
    }
    assertThat(bodies).containsExactlyInAnyOrder("from one", "from two");
  }

  @Test
  void aServerNameOfAnUnhealthyInstanceLeadsNowhere() throws Exception {
    instances("UNHEALTHY", "HEALTHY");
    await()
        .untilAsserted(() ->
            assertThatThrownBy(() -> bodyFrom("one." + SERVICE)).isInstanceOf(IOException.class));
    assertThat(bodyFrom(SERVICE)).isEqualTo("from two");
    assertThat(bodyFrom("two." + SERVICE)).isEqualTo("from two");
  }

  @Test
  void aServerNameOfAnInstanceThatIsNotThereLeadsNowhere() {
    assertThatThrownBy(() -> bodyFrom("three." + SERVICE)).isInstanceOf(IOException.class);
  }

  @Test
  void aServiceThatIsNotExportedIsRefusedAndCounted() throws Exception {
    double before = refused("unknown_server_name");
    assertThatThrownBy(() -> bodyFrom("9001.secret.default.east.demo"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> bodyFrom("payments.default.east.demo"))
        .isInstanceOf(IOException.class);
    assertThat(refused("unknown_server_name")).isEqualTo(before + 2);
  }

  @Test
  void plaintextIsRefusedAndCounted() throws Exception {
    double before = refused("plaintext");
    try (RawClient client =
        new RawClient(new Socket(gateway.address().host(), gateway.address().port()))) {
      client.send("GET / HTTP/1.1\r\nhost: " + SERVICE + "\r\n\r\n");
      assertThat(client.ended()).isTrue();
    }
    assertThat(refused("plaintext")).isEqualTo(before + 1);
  }

  private static double refused(String reason) throws Exception {
    return gateway
        .metrics()
        .lines()
        .filter(line -> line.startsWith("weft_downstream_refused_total{"))
        .filter(line -> line.contains("listener=\"east-west\""))
        .filter(line -> line.contains("reason=\"" + reason + "\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  @Test
  void theAgentsNameLeadsToTheAgent() throws Exception {
    try (SSLSocket socket =
        new TlsCaller(EAST.svid("default", "orders")).dial(gateway.address(), "agent.east.demo")) {
      X509Certificate seen = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      assertThat(seen.getSubjectAlternativeNames())
          .contains(List.of(6, "spiffe://east.demo/ns/weft-system/sa/agent"));
    }
  }
}
