package dev.weft.proxy.worker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.TcpProxy;
import dev.weft.proxy.config.TrustContext;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.config.UpstreamTls;
import dev.weft.proxy.testing.RawHttp2;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import dev.weft.proxy.tls.TestPki;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who does not read makes nothing grow: the writer on the other side stops when the buffers between
 * them are full, which are the kernel's and the configured ones, and goes on when it is read.
 * "direct" is HTTP/1.1 through one proxy, "between" is two proxies with HTTP/2 between them,
 * "secure" the same over mutual TLS; "bytes" is one that copies them, "secure bytes" two with
 * mutual TLS between them.
 */
class SlowReaderTest {
  private static final long SIZE = 1L << 30;

  /** Three hops with two sockets each, as large as kernels let them grow. */
  private static final long MOST = 96L << 20;

  private static final byte[] PIECE = new byte[64 * 1024];
  private static final TcpProxy BYTES = new TcpProxy("upstream", Duration.ofMinutes(1), "tcp");
  private static final TestPki EAST = TestPki.of("east.demo");
  private static final String NAME = "9001.payments.default.east.demo";
  private static final String UPGRADE = "connection: Upgrade\r\nupgrade: websocket\r\n";

  private static void write(Socket to, AtomicLong count) {
    try {
      OutputStream out = to.getOutputStream();
      while (count.get() < SIZE) {
        out.write(PIECE);
        count.addAndGet(PIECE.length);
      }
    } catch (IOException e) {
      // The test has ended.
    }
  }

  private static void head(Socket from) throws IOException {
    int seen = 0;
    while (seen < 4) {
      int b = from.getInputStream().read();
      seen = b == (seen % 2 == 0 ? '\r' : '\n') ? seen + 1 : b == '\r' ? 1 : 0;
    }
  }

  private static long stalled(AtomicLong count) {
    AtomicLong last = new AtomicLong(-1);
    await()
        .pollInterval(Duration.ofMillis(400))
        .atMost(Duration.ofSeconds(40))
        .until(() -> count.get() > 0 && last.getAndSet(count.get()) == count.get());
    return count.get();
  }

  /** The proxies between client and origin, the one that the client calls last. */
  private static List<RunningProxy> chain(String way, int origin) {
    return switch (way) {
      case "direct" -> List.of(http(origin, HttpProtocol.HTTP1));
      case "between" -> {
        RunningProxy inner = http(origin, HttpProtocol.HTTP1);
        yield List.of(inner, http(inner.port("main"), HttpProtocol.HTTP2));
      }
      case "secure" -> secure(origin, TestConfigs.http());
      case "bytes" ->
          List.of(
              new RunningProxy(1, () -> TestConfigs.target(origin, HttpProtocol.HTTP1))
                  .serve(TestConfigs.snapshot(1, Map.of(), bytes())));
      case "secure bytes" -> secure(origin, BYTES);
      default -> throw new IllegalArgumentException(way);
    };
  }

  private static RunningProxy http(int port, HttpProtocol protocol) {
    return new RunningProxy(1, () -> TestConfigs.target(port, protocol))
        .serve(TestConfigs.plaintext(1, TestConfigs.http()));
  }

  private static ListenerConfig bytes() {
    return TestConfigs.listener("main", false, TestConfigs.chain(ChainMatch.ANY, null, BYTES));
  }

  /** Plaintext, mutual TLS between the two proxies, plaintext. */
  private static List<RunningProxy> secure(int origin, FilterChain.Terminal terminal) {
    Map<String, TrustContext> trust = Map.of("trust-bundles", TestPki.trust(EAST));
    RunningProxy inner = new RunningProxy(1, () -> TestConfigs.target(origin, HttpProtocol.HTTP1));
    inner.workers().publish(EAST.svid("default", "payments"));
    inner.serve(TestConfigs.snapshot(1, trust, TestConfigs.inbound(terminal, NAME)));
    int port = inner.port("main");
    UpstreamTls tls = new UpstreamTls(TestConfigs.mtls(), NAME);
    RunningProxy outer =
        new RunningProxy(
            1, () -> TestConfigs.target(port, HttpProtocol.HTTP2, tls, TestConfigs.HTTP2));
    outer.workers().publish(EAST.svid("default", "orders"));
    ListenerConfig listener =
        terminal == BYTES
            ? bytes()
            : TestConfigs.plaintext(1, TestConfigs.http()).listeners().get("main");
    return List.of(inner, outer.serve(TestConfigs.snapshot(1, trust, listener)));
  }

  @ParameterizedTest
  @CsvSource({
    "direct, response, false",
    "direct, request, false",
    "direct, response, true",
    "direct, request, true",
    "between, response, false",
    "between, request, false",
    "between, response, true",
    "between, request, true",
    "secure, response, false",
    "secure, request, false",
    "secure, response, true",
    "secure, request, true",
    "bytes, response, false",
    "bytes, request, false",
    "secure bytes, response, false",
    "secure bytes, request, false"
  })
  void aWriterWaitsForItsReader(String way, String direction, boolean upgrade) throws Exception {
    boolean response = direction.equals("response");
    boolean http = !way.endsWith("bytes");
    List<RunningProxy> proxies = List.of();
    try (ServerSocket origin = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      proxies = chain(way, origin.getLocalPort());
      AtomicLong written = new AtomicLong();
      try (Socket client =
          new Socket(InetAddress.getLoopbackAddress(), proxies.getLast().port("main"))) {
        if (http) {
          client.getOutputStream().write(request(response, upgrade));
        }
        try (Socket accepted = origin.accept()) {
          if (http) {
            head(accepted);
            accepted.getOutputStream().write(answer(response, upgrade));
          }
          if (upgrade) {
            head(client);
          }
          Socket writer = response ? accepted : client;
          Socket reader = response ? client : accepted;
          Thread.ofVirtual().start(() -> write(writer, written));
          assertStopsAndGoesOn(written, reader);
        }
      }
    } finally {
      proxies.reversed().forEach(RunningProxy::close);
    }
  }

  private static byte[] request(boolean response, boolean upgrade) {
    return ("POST /ws HTTP/1.1\r\nhost: a\r\n"
            + (upgrade ? UPGRADE : response ? "" : "content-length: " + SIZE + "\r\n")
            + "\r\n")
        .getBytes(ISO_8859_1);
  }

  private static byte[] answer(boolean response, boolean upgrade) {
    return (upgrade
            ? "HTTP/1.1 101 Switching Protocols\r\n" + UPGRADE + "\r\n"
            : response ? "HTTP/1.1 200 OK\r\ncontent-length: " + SIZE + "\r\n\r\n" : "")
        .getBytes(ISO_8859_1);
  }

  private static void assertStopsAndGoesOn(AtomicLong written, Socket reader) throws IOException {
    long before = stalled(written);
    assertThat(before).isLessThan(MOST);
    for (long read = 0; read < before + PIECE.length; ) {
      read += reader.getInputStream().readNBytes(PIECE.length).length;
    }
    await().atMost(Duration.ofSeconds(40)).until(() -> written.get() > before);
  }

  /** Windows that never close leave the socket as what holds back. */
  @Test
  void anHttp2ClientThatDoesNotReadStopsTheHostWhateverItsWindows() throws Exception {
    try (ServerSocket origin = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        RunningProxy proxy = http(origin.getLocalPort(), HttpProtocol.HTTP1);
        RawHttp2 client = RawHttp2.client(proxy.port("main"))) {
      byte[] most = {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff};
      client.send(RawHttp2.SETTINGS, 0, 0, new byte[] {0, 4, most[0], most[1], most[2], most[3]});
      client.send(RawHttp2.WINDOW_UPDATE, 0, 0, new byte[] {0x7f, (byte) 0xff, 0, 0});
      client.headers(1, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");
      try (Socket accepted = origin.accept()) {
        head(accepted);
        accepted.getOutputStream().write(answer(true, false));
        AtomicLong written = new AtomicLong();
        Thread.ofVirtual().start(() -> write(accepted, written));
        long before = stalled(written);
        assertThat(before).isLessThan(MOST);
        for (long read = 0; read < before + PIECE.length; ) {
          RawHttp2.Frame frame = client.read(RawHttp2.DATA);
          read += frame.payload().length;
        }
        await().atMost(Duration.ofSeconds(40)).until(() -> written.get() > before);
      }
    }
  }
}
