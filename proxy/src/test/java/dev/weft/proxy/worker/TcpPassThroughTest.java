package dev.weft.proxy.worker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.patience.Patience;
import dev.weft.proxy.config.AccessLogConfig;
import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.LogFormat;
import dev.weft.proxy.config.TcpLogTimes;
import dev.weft.proxy.config.TcpProxy;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.config.UpstreamTls;
import dev.weft.proxy.listener.Refusal;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import dev.weft.proxy.tls.TestPki;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Opaque bytes, and TLS passed through by server name as a gateway does it. */
class TcpPassThroughTest {
  private static final TcpProxy TCP = new TcpProxy("upstream", Duration.ofMinutes(1), "tcp");
  private static final String NAME = "payments-1.9001.payments.default.east.demo";

  private static RunningProxy plain(int port) {
    return new RunningProxy(1, () -> TestConfigs.target(port, HttpProtocol.HTTP1))
        .serve(
            TestConfigs.snapshot(
                1,
                Map.of(),
                TestConfigs.listener("main", false, TestConfigs.chain(ChainMatch.ANY, null, TCP))));
  }

  @Test
  void eachDirectionEndsByItself() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        RunningProxy proxy = plain(server.getLocalPort());
        RawClient client = proxy.connect()) {
      CompletableFuture<String> got = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try (Socket socket = server.accept()) {
              got.complete(new String(socket.getInputStream().readAllBytes(), ISO_8859_1));
              socket.getOutputStream().write("after your end".getBytes(ISO_8859_1));
            } catch (Exception e) {
              got.completeExceptionally(e);
            }
          });
      client.send("all of it").finish();
      assertThat(got.get()).isEqualTo("all of it");
      assertThat(new String(client.bytes(14), ISO_8859_1)).isEqualTo("after your end");
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void aSlowReaderStopsTheWriterAndLosesNothing() throws Exception {
    int size = 30_000_000;
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        RunningProxy proxy = plain(server.getLocalPort());
        RawClient client = proxy.connect()) {
      CompletableFuture<Long> written = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try (Socket socket = server.accept();
                OutputStream out = socket.getOutputStream()) {
              byte[] piece = new byte[10_000];
              for (int sent = 0; sent < size; sent += piece.length) {
                out.write(piece);
              }
              written.complete(System.nanoTime());
            } catch (Exception e) {
              written.completeExceptionally(e);
            }
          });
      assertThat(client.bytes(1)).hasSize(1);
      await().during(Duration.ofMillis(300)).until(() -> !written.isDone());
      assertThat(client.bytes(size - 1)).hasSize(size - 1);
      assertThat(client.ended()).isTrue();
      assertThat(written).isCompleted();
    }
  }

  @Test
  void linesTellHowFarAConnectionIs() throws Exception {
    TcpProxy told =
        new TcpProxy(
            TCP.upstreams(),
            TCP.idleTimeout(),
            Duration.ZERO,
            "tcp",
            1,
            List.of(
                new AccessLogConfig(
                    new AccessLogConfig.Target.StandardOutput(),
                    new LogFormat.Text(List.of()),
                    null)),
            new TcpLogTimes(true, Duration.ofMillis(20)));
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        RunningProxy proxy =
            new RunningProxy(1, () -> TestConfigs.target(server.getLocalPort(), HttpProtocol.HTTP1))
                .serve(
                    TestConfigs.snapshot(
                        1,
                        Map.of(),
                        TestConfigs.listener(
                            "main", false, TestConfigs.chain(ChainMatch.ANY, null, told))));
        RawClient client = proxy.connect();
        Socket host = server.accept()) {
      List<String> lines = proxy.log().lines();
      client.send("hello");
      await().atMost(Patience.LIMIT).until(() -> lines.contains("TcpPeriodic 5 0"));
      host.getOutputStream().write("answer!".getBytes(ISO_8859_1));
      await().atMost(Patience.LIMIT).until(() -> lines.contains("TcpPeriodic 5 7"));
      client.finish();
      host.shutdownOutput();
      await().atMost(Patience.LIMIT).until(() -> lines.contains("TcpConnectionEnd 5 7"));
      assertThat(lines).filteredOn(line -> line.startsWith("TcpUpstreamConnected")).hasSize(1);
      assertThat(lines).contains("TcpUpstreamConnected 0 0");
      assertThat(lines.getLast()).isEqualTo("TcpConnectionEnd 5 7");
      await()
          .during(Duration.ofMillis(200))
          .until(() -> lines.getLast().equals("TcpConnectionEnd 5 7"));
    }
  }

  @Test
  void aHostThatIsNotThereEndsTheConnection() throws Exception {
    try (FakeOrigin gone = FakeOrigin.http1(Script.ok("x"));
        RunningProxy proxy = plain(gone.port())) {
      gone.stop();
      try (RawClient client = proxy.connect()) {
        client.send("hello");
        assertThat(client.ended()).isTrue();
      }
    }
  }

  @Test
  void aGatewayPassesTlsThroughAndRefusesOtherNames() throws Exception {
    TestPki east = TestPki.of("east.demo");
    TestPki west = TestPki.of("west.demo");
    try (FakeOrigin origin = FakeOrigin.http1(Script.ok("from east"));
        RunningProxy sidecar =
            new RunningProxy(1, () -> TestConfigs.target(origin.port(), HttpProtocol.HTTP1))) {
      sidecar.workers().publish(east.svid("default", "payments"));
      sidecar.serve(
          TestConfigs.snapshot(
              1,
              Map.of("trust-bundles", TestPki.trust(east, west)),
              TestConfigs.inbound(TestConfigs.http(), "*.9001.payments.default.east.demo")));
      try (RunningProxy gateway = gateway(sidecar.port("main"));
          RunningProxy caller = caller(gateway, west, east, NAME);
          RunningProxy stranger = caller(gateway, west, east, "a.other.default.east.demo")) {
        try (RawClient client = caller.connect()) {
          assertThat(client.get("/").body()).isEqualTo("from east");
        }
        assertThat(sidecar.log().peers())
            .containsExactly("HTTP/2 " + NAME + " spiffe://west.demo/ns/default/sa/orders");
        try (RawClient client = stranger.connect()) {
          assertThat(client.get("/").status()).isEqualTo(503);
        }
        assertThat(gateway.refusals()).containsExactly(Refusal.UNKNOWN_SERVER_NAME);
      }
    }
  }

  private static RunningProxy gateway(int port) {
    return new RunningProxy(1, () -> TestConfigs.target(port, HttpProtocol.HTTP1))
        .serve(
            TestConfigs.snapshot(
                1,
                Map.of(),
                TestConfigs.listener(
                    "main",
                    true,
                    TestConfigs.chain(
                        new ChainMatch(0, List.of("*.payments.default.east.demo"), "", List.of()),
                        null,
                        TCP))));
  }

  private static RunningProxy caller(
      RunningProxy gateway, TestPki own, TestPki peer, String serverName) {
    UpstreamTls tls = new UpstreamTls(TestConfigs.mtls(), serverName);
    RunningProxy caller =
        new RunningProxy(
            1,
            () ->
                TestConfigs.target(
                    gateway.port("main"), HttpProtocol.HTTP2, tls, TestConfigs.HTTP2));
    caller.workers().publish(own.svid("default", "orders"));
    return caller.serve(
        TestConfigs.snapshot(
            1,
            Map.of("trust-bundles", TestPki.trust(own, peer)),
            TestConfigs.plaintext(1, TestConfigs.http()).listeners().get("main")));
  }
}
