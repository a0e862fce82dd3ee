package dev.weft.bench.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningSidecar;
import dev.weft.proxy.tls.TestPki;
import dev.weft.proxy.tls.TlsMaterial;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What somebody writes as an {@code ExternalService} is how a caller's sidecar speaks TLS to a
 * server outside of the mesh: agent, sidecar and server are real.
 */
class ExternalServicesThroughProxiesTest {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final String NAME = "api.bank.example";
  private static final TestPki BANK = TestPki.of("bank.example");
  private static final TestPki CLIENTS = TestPki.of("clients.example");
  private static final TlsMaterial SERVER = issue(BANK, NAME);
  private static final TlsMaterial CLIENT = issue(CLIENTS, "shop.example");

  @TempDir private static Path directory;
  private static OneCluster mesh;
  private static RunningSidecar caller;
  private static Path authority;
  private static Path certificate;
  private static Path key;

  @BeforeAll
  static void start() throws Exception {
    authority = Files.writeString(directory.resolve("bank-ca.pem"), BANK.bundlePem());
    StringBuilder chain = new StringBuilder();
    for (X509Certificate one : CLIENT.chain()) {
      chain.append(pem("CERTIFICATE", encoded(one)));
    }
    certificate = Files.writeString(directory.resolve("own.pem"), chain);
    key =
        Files.writeString(
            directory.resolve("own-key.pem"), pem("PRIVATE KEY", CLIENT.key().getEncoded()));
    mesh = new OneCluster(directory.resolve("mesh"));
    caller = mesh.caller("default", "orders");
  }

  @AfterAll
  static void stop() throws Exception {
    if (mesh != null) {
      mesh.close();
    }
  }

  private static TlsMaterial issue(TestPki by, String name) {
    return by.issue(TestPki.Leaf.ordinary(Instant.now()), "dns:" + name);
  }

  private static byte[] encoded(X509Certificate certificate) throws CertificateEncodingException {
    return certificate.getEncoded();
  }

  private static String pem(String label, byte[] content) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
        + "\n-----END "
        + label
        + "-----\n";
  }

  /**
   * Writes a server on the loopback.
   *
   * @param more of {@code tls}
   */
  private static void write(String name, SecureServer server, String more) throws IOException {
    write(name, server.port(), "http", more);
  }

  private static void write(String name, int port, String protocol, String more)
      throws IOException {
    mesh.writeExternal(
        name,
        "{address: 127.0.0.1, port: "
            + port
            + ", protocol: "
            + protocol
            + ", hosts: ["
            + name
            + ".example], tls: {sni: "
            + NAME
            + ", caFile: "
            + authority
            + ", "
            + more
            + "}}");
  }

  private static String mutual() {
    return "mode: MUTUAL, certificateFile: " + certificate + ", keyFile: " + key;
  }

  /** What is answered, or the status when it is not 200. */
  private static String call(String host) throws IOException {
    try (RawClient client = RawClient.to(caller.outbound().port())) {
      RawClient.Answer answer = client.send("GET / HTTP/1.1\r\nhost: " + host + "\r\n\r\n").read();
      return answer.status() == 200 ? answer.body() : String.valueOf(answer.status());
    }
  }

  private static void awaitAnswer(String host, String expected) {
    await().atMost(LONG).until(() -> call(host), expected::equals);
  }

  private static double counted(String series, String... labels) {
    return caller
        .metrics()
        .lines()
        .filter(line -> line.startsWith(series + "{"))
        .filter(line -> {
          for (String label : labels) {
            if (!line.contains(label)) {
              return false;
            }
          }
          return true;
        })
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void aServerThatDemandsACertificateAndHasItsNameAnswers() throws Exception {
    try (SecureServer server = new SecureServer(SERVER, Optional.of(CLIENTS.root()), "TLSv1.3")) {
      write("bank", server, mutual());
      String answer = "bank.example:" + server.port() + " " + CLIENT.leaf().getSerialNumber();
      awaitAnswer("bank.default.mesh", answer);
      assertThat(call("bank.mesh")).isEqualTo(answer);
      assertThat(call("bank.example")).isEqualTo(answer);
      assertThat(call("bank.example:80")).isEqualTo(answer);

      write("bank", server, mutual() + ", subjectAltNames: [other.bank.example]");
      awaitAnswer("bank.default.mesh", "503");
      String upstream = "upstream=\"external|bank.default\"";
      await()
          .until(() ->
              counted("weft_upstream_tls_failures_total", upstream, "reason=\"identity_mismatch\"")
                  > 0);
      await().until(() -> counted("weft_requests_total", upstream, "flag=\"UF") > 0);

      write("bank", server, mutual() + ", subjectAltNames: [other.bank.example, " + NAME + "]");
      awaitAnswer("bank.default.mesh", answer);
      // It does not let in who shows nothing.
      write("bank", server, "mode: SIMPLE");
      awaitAnswer("bank.default.mesh", "503");
    }
  }

  @Test
  void anOlderServerIsSpokenToOnlyWhereItIsWritten() throws Exception {
    try (SecureServer server = new SecureServer(SERVER, Optional.empty(), "TLSv1.2")) {
      write("legacy", server, "mode: SIMPLE");
      await()
          .atMost(LONG)
          .until(() -> {
            call("legacy.default.mesh");
            return counted(
                    "weft_upstream_attempts_total",
                    "upstream=\"external|legacy.default\"",
                    "result=\"tls_failure\"")
                > 0;
          });
      assertThat(call("legacy.default.mesh")).isEqualTo("503");
      write("legacy", server, "mode: SIMPLE, minVersion: TLSV1_2");
      awaitAnswer("legacy.default.mesh", "legacy.example:" + server.port() + " -");
    }
  }

  @Test
  void aServerOfHttp2IsSpokenToInIt() throws Exception {
    SslContext tls =
        SslContextBuilder.forServer(SERVER.key(), SERVER.chain().toArray(X509Certificate[]::new))
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    "h2"))
            .build();
    try (FakeOrigin server = FakeOrigin.tls(true, tls, Script.ok("in HTTP/2"))) {
      write("modern", server.port(), "http2", "mode: SIMPLE");
      awaitAnswer("modern.default.mesh", "in HTTP/2");
      assertThat(server.requests().getLast().authority())
          .isEqualTo("modern.example:" + server.port());
    }
  }

  @Test
  void aFileThatIsNotThereCostsNobodyElseAnything() throws Exception {
    try (SecureServer server = new SecureServer(SERVER, Optional.empty(), "TLSv1.3")) {
      mesh.writeExternal(
          "lost",
          "{address: 127.0.0.1, port: "
              + server.port()
              + ", tls: {mode: SIMPLE, sni: "
              + NAME
              + ", caFile: "
              + directory.resolve("nowhere.pem")
              + "}}");
      write("found", server, "mode: SIMPLE");
      awaitAnswer("found.default.mesh", "found.example:" + server.port() + " -");
      awaitAnswer("lost.default.mesh", "503");
      write("lost", server, "mode: SIMPLE");
      awaitAnswer("lost.default.mesh", "lost.example:" + server.port() + " -");
    }
  }
}
