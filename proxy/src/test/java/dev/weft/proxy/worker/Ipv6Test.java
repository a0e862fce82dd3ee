package dev.weft.proxy.worker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.parts.Part;
import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.ListenerInspection;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** IPv6 on either side, and both families on one port. */
class Ipv6Test {
  private static ServerSocket origin() {
    try {
      return new ServerSocket(0, 10, InetAddress.getByName("::1"));
    } catch (IOException e) {
      return Part.missing("no IPv6 on this machine");
    }
  }

  /** Answers one request; tells its Host. */
  private static CompletableFuture<String> host(ServerSocket server) {
    CompletableFuture<String> host = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try (Socket socket = server.accept();
              BufferedReader in =
                  new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1))) {
            String found = "";
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
              found = line.startsWith("host: ") ? line.substring(6) : found;
            }
            socket
                .getOutputStream()
                .write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".getBytes(ISO_8859_1));
            host.complete(found);
          } catch (IOException e) {
            host.completeExceptionally(e);
          }
        });
    return host;
  }

  @ParameterizedTest
  @CsvSource({"'::1', '::1'", "'::', '::1'", "'::', 127.0.0.1"})
  void aRequestOverIpv6ReachesAHostOnIpv6(String listen, String dial) throws Exception {
    try (ServerSocket server = origin();
        RunningProxy proxy =
            new RunningProxy(1, () -> target(server.getLocalPort()))
                .serve(TestConfigs.snapshot(1, Map.of(), listener(listen)));
        RawClient client =
            new RawClient(new Socket(InetAddress.getByName(dial), proxy.port("main")))) {
      CompletableFuture<String> host = host(server);
      client.send("GET / HTTP/1.1\r\nhost: [::1]:80\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(200);
      assertThat(host.get(20, TimeUnit.SECONDS)).isEqualTo("[::1]:80");
    }
  }

  private static ListenerConfig listener(String address) {
    return new ListenerConfig(
        "main",
        new HostPort(address, 0),
        ListenerInspection.of(false, Duration.ofSeconds(20)),
        List.of(TestConfigs.chain(ChainMatch.ANY, null, TestConfigs.http())),
        null,
        64 * 1024);
  }

  private static HostTarget target(int port) {
    HostTarget plain = TestConfigs.target(port, HttpProtocol.HTTP1);
    return new HostTarget(
        plain.upstream(),
        new HostPort("::1", port),
        null,
        "",
        plain.protocol(),
        plain.http1(),
        plain.http2(),
        plain.connectTimeout(),
        plain.bufferLimitBytes());
  }
}
