package dev.weft.proxy.worker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.ListenerInspection;
import dev.weft.proxy.config.ProxyVersion;
import dev.weft.proxy.config.TcpProxy;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.listener.Refusal;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** PROXY headers from one end to the other, and connections whose server speaks first. */
class ProxyProtocolTest {
  private static ListenerConfig listener(ListenerInspection inspection) {
    return new ListenerConfig(
        "main",
        new HostPort("127.0.0.1", 0),
        inspection,
        List.of(
            TestConfigs.chain(
                ChainMatch.ANY, null, new TcpProxy("upstream", Duration.ofMinutes(1), "tcp"))),
        null,
        64 * 1024);
  }

  private static HostTarget target(int port, ProxyVersion version) {
    HostTarget plain = TestConfigs.target(port, HttpProtocol.HTTP1);
    return new HostTarget(
        plain.upstream(),
        plain.address(),
        null,
        "",
        plain.protocol(),
        plain.http1(),
        plain.http2(),
        plain.connectTimeout(),
        plain.bufferLimitBytes(),
        version);
  }

  private static RunningProxy proxy(HostTarget target, ListenerInspection inspection) {
    return new RunningProxy(1, () -> target)
        .serve(TestConfigs.snapshot(1, Map.of(), listener(inspection)));
  }

  private static CompletableFuture<String> line(ServerSocket server) {
    CompletableFuture<String> line = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try (Socket socket = server.accept()) {
            StringBuilder text = new StringBuilder();
            for (int b = socket.getInputStream().read();
                b >= 0;
                b = socket.getInputStream().read()) {
              text.append((char) b);
            }
            line.complete(text.toString());
          } catch (IOException e) {
            line.completeExceptionally(e);
          }
        });
    return line;
  }

  @Test
  void theAddressesOfOneHeaderGoIntoTheNext() throws Exception {
    ListenerInspection told =
        new ListenerInspection(
            EnumSet.allOf(ProxyVersion.class), false, false, false, Duration.ofSeconds(20), false);
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        RunningProxy proxy = proxy(target(server.getLocalPort(), ProxyVersion.V1), told);
        RawClient client = proxy.connect()) {
      CompletableFuture<String> got = line(server);
      client.send("PROXY TCP4 10.1.2.3 10.4.5.6 1111 2222\r\nhello").finish();
      assertThat(got.get(20, TimeUnit.SECONDS))
          .isEqualTo("PROXY TCP4 10.1.2.3 10.4.5.6 1111 2222\r\nhello");
    }
  }

  @Test
  void aConnectionWithoutHeaderIsRefusedAndCounted() throws Exception {
    ListenerInspection told =
        new ListenerInspection(
            EnumSet.allOf(ProxyVersion.class), false, false, false, Duration.ofSeconds(20), false);
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        RunningProxy proxy = proxy(target(server.getLocalPort(), null), told);
        RawClient client = proxy.connect()) {
      client.send("hello");
      assertThat(client.ended()).isTrue();
      assertThat(proxy.refusals()).containsExactly(Refusal.PROXY_HEADER);
    }
  }

  @Test
  void aServerThatSpeaksFirstIsHeardAfterTheInspection() throws Exception {
    ListenerInspection detecting =
        new ListenerInspection(
            EnumSet.noneOf(ProxyVersion.class), false, true, true, Duration.ofMillis(50), true);
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        RunningProxy proxy = proxy(target(server.getLocalPort(), null), detecting);
        RawClient client = proxy.connect()) {
      Thread.ofVirtual()
          .start(() -> {
            try (Socket socket = server.accept()) {
              socket.getOutputStream().write("220 ready".getBytes(ISO_8859_1));
              socket.getInputStream().readAllBytes();
            } catch (IOException e) {
              // The test has ended.
            }
          });
      assertThat(new String(client.bytes(9), ISO_8859_1)).isEqualTo("220 ready");
    }
  }
}
