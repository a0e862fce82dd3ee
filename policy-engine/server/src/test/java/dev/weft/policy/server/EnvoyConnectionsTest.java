package dev.weft.policy.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.fakes.ByteEcho;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Envoy that asks the running server about connections with mutual TLS. */
@QuarkusTest
@TestProfile(CheckServiceTest.WithPolicies.class)
class EnvoyConnectionsTest {
  private static final String LEDGER = "spiffe://east.demo/ns/bank/sa/accounts";
  private static final String ORDERS = "spiffe://east.demo/ns/shop/sa/orders";
  private static final String AUDIT = "spiffe://east.demo/ns/shop/sa/audit";

  @TestHTTPResource URI server;
  @TempDir Path directory;

  private static String listener(String name, String asks, String tls) {
    return """
      - name: NAME
        address: {socket_address: {address: 127.0.0.1, port_value: 0}}
        filter_chains:
        - filters:
          - name: ask
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.ext_authz.v3.ExtAuthz
              stat_prefix: NAME
              transport_api_version: V3
              ASKS
          - name: tcp
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
              stat_prefix: NAME
              cluster: application
    TLS
    """
        .replace("NAME", name)
        .replace("ASKS", asks)
        .replace("TLS\n", tls);
  }

  private static String bootstrap(TestCertificates certificates, int server, int application)
      throws Exception {
    String tls =
        """
              transport_socket:
                name: tls
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                  require_client_certificate: true
                  common_tls_context:
                    tls_certificates: [{certificate_chain: {inline_string: "CHAIN"}, private_key: {inline_string: "KEY"}}]
                    validation_context: {trusted_ca: {inline_string: "ROOTS"}}
        """
            .replace("CHAIN", oneLine(certificates.certificate(LEDGER)))
            .replace("KEY", oneLine(certificates.key(LEDGER)))
            .replace(
                "ROOTS",
                oneLine(certificates.certificate(ORDERS) + certificates.certificate(AUDIT)));
    String asks = "grpc_service: {envoy_grpc: {cluster_name: policies}, timeout: 20s";
    return """
    node: {id: ledger-1, cluster: ledger, metadata: {labels: {app: ledger, tier: warm}}}
    admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
    static_resources:
    """
        + EnvoyUnderTest.clusters(application, server)
        + "  listeners:\n"
        + listener(
            "labelled",
            asks
                + "}\n          include_tls_session: true"
                + "\n          bootstrap_metadata_labels_key: labels",
            tls)
        + listener("unlabelled", asks + "}", tls)
        + listener(
            "told",
            asks
                + ", initial_metadata: [{key: weft-workload,"
                + " value: \"namespace=bank&service=ledger&port=7001&label.app=ledger\"}]}",
            tls)
        + listener("nobody", asks + "}", "");
  }

  private static String oneLine(String pem) {
    return pem.replace("\n", "\\n");
  }

  /** The bytes that come back, or why none do. */
  private static String send(
      TestCertificates certificates, int port, String identity, String serverName)
      throws Exception {
    try (Socket plain = new Socket()) {
      plain.setSoTimeout(30_000);
      plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 30_000);
      Socket socket =
          identity.isEmpty() ? plain : secured(certificates, plain, identity, serverName);
      socket.getOutputStream().write("bytes".getBytes(UTF_8));
      socket.getOutputStream().flush();
      String answer = new String(socket.getInputStream().readNBytes(5), UTF_8);
      return answer.isEmpty() ? "closed" : answer;
    } catch (SocketException e) {
      return "closed";
    }
  }

  private static SSLSocket secured(
      TestCertificates certificates, Socket plain, String identity, String serverName)
      throws Exception {
    SSLSocket socket =
        (SSLSocket)
            certificates
                .caller(identity)
                .getSocketFactory()
                .createSocket(plain, "127.0.0.1", plain.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(serverName)));
    socket.setSSLParameters(parameters);
    return socket;
  }

  @Test
  void connectionsAreLetThroughOrClosedByThePolicies() throws Exception {
    TestCertificates certificates = new TestCertificates(directory);
    try (ByteEcho application = new ByteEcho();
        EnvoyUnderTest envoy =
            new EnvoyUnderTest(
                directory, bootstrap(certificates, server.getPort(), application.port()))) {
      // Rules with a port name the application's, which an Envoy has to be told to tell.
      String any = "any.example";
      assertThat(send(certificates, envoy.port("told"), ORDERS, any)).isEqualTo("bytes");
      assertThat(send(certificates, envoy.port("told"), AUDIT, any)).isEqualTo("closed");
      // By the certificate's namespace and the labels of the Envoy.
      String name = "7001.ledger.bank.east.demo";
      assertThat(send(certificates, envoy.port("labelled"), ORDERS, name)).isEqualTo("bytes");
      assertThat(send(certificates, envoy.port("labelled"), ORDERS, any)).isEqualTo("closed");
      assertThat(send(certificates, envoy.port("labelled"), AUDIT, name)).isEqualTo("closed");
      // With labels unknown, policies that select by them are neither held nor passed over.
      assertThat(send(certificates, envoy.port("unlabelled"), ORDERS, name)).isEqualTo("closed");
      assertThat(send(certificates, envoy.port("nobody"), "", "")).isEqualTo("closed");
    }
  }
}
