package dev.weft.proxy.http.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.HeaderValue;
import dev.weft.proxy.config.LocalReplyMapper;
import dev.weft.proxy.config.OutlierDetection;
import dev.weft.proxy.config.RetryPolicy;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.RouteTable.VirtualHost;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.telemetry.AttemptResult;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Routing over real sockets, with hosts that die, hang, break off and dawdle. */
class RoutedEndToEndTest {

  private static RouteTable impatient(Duration perTry) {
    RouteTable table = Configs.outbound();
    VirtualHost host = table.virtualHosts().getFirst();
    return new RouteTable(
        table.name(),
        true,
        List.of(
            new VirtualHost(
                host.name(),
                host.domains(),
                host.routes().stream().map(route -> impatient(route, perTry)).toList())));
  }

  private static Route impatient(Route route, Duration perTry) {
    Route.Action.Forward forward = (Route.Action.Forward) route.action();
    RetryPolicy retry = forward.retry();
    return new Route(
        route.name(),
        route.match(),
        new Route.Action.Forward(
            Configs.UPSTREAM,
            forward.timeout(),
            new RetryPolicy(
                retry.retryOn(),
                retry.retries(),
                perTry,
                retry.retriableStatusCodes(),
                retry.retriableHeaders(),
                retry.previousHosts(),
                retry.hostSelectionAttempts(),
                retry.previousPriorities(),
                retry.backOffBase(),
                retry.backOffMax())),
        route.requestHeaders(),
        route.responseHeaders());
  }

  private static FakeOrigin origin(HttpProtocol protocol, String name) {
    return protocol == HttpProtocol.HTTP2
        ? FakeOrigin.http2(Script.ok(name))
        : FakeOrigin.http1(Script.ok(name));
  }

  /** Ejects for longer than a test takes: whoever is ejected stays so, on slow machines too. */
  private static final OutlierDetection FOR_GOOD = Configs.outlier(Duration.ofMinutes(10));

  @ParameterizedTest
  @CsvSource({"1, HTTP1", "4, HTTP1", "1, HTTP2", "4, HTTP2"})
  void theDeathOfAHostAndThenOfACityIsNotNoticed(int workers, HttpProtocol protocol)
      throws Exception {
    try (FakeOrigin a = origin(protocol, "a");
        FakeOrigin b = origin(protocol, "b");
        FakeOrigin west = origin(protocol, "west");
        RoutedProxy proxy = new RoutedProxy(workers, protocol)) {
      proxy.serve(
          Configs.outbound(),
          FOR_GOOD,
          Configs.endpoints(new int[] {a.port(), b.port()}, new int[] {west.port()}));
      for (int i = 0; i < 300; i++) {
        if (i == 50) {
          a.stop();
        }
        if (i == 150) {
          b.stop();
        }
        RawClient.Answer answer = proxy.call(i % 2 == 0 ? "GET" : "POST", "/" + i, "x");
        assertThat(answer.status()).as("request %s: %s", i, answer.body()).isEqualTo(200);
      }
      assertThat(proxy.call("GET", "/", "").body()).isEqualTo("west");
      Set<String> posts = new java.util.HashSet<>();
      for (FakeOrigin origin : List.of(a, b, west)) {
        for (FakeOrigin.Request request : origin.requests()) {
          if (request.method().equals("POST")) {
            assertThat(posts.add(request.path())).as("executed once: %s", request.path()).isTrue();
          }
        }
      }
      assertThat(posts).hasSize(150);
      assertThat(proxy.registry.get("weft.ejections").counters())
          .extracting(counter -> counter.count())
          .containsExactly(2.0);
    }
  }

  @Test
  void aHungHostIsLeftAfterThePerTryTimeoutAndThenAvoided() throws Exception {
    try (FakeOrigin hung = FakeOrigin.http1(Script.hang());
        FakeOrigin west = FakeOrigin.http1(Script.ok("west"));
        RoutedProxy proxy = new RoutedProxy(1)) {
      proxy.serve(
          impatient(Duration.ofMillis(500)),
          FOR_GOOD,
          Configs.endpoints(new int[] {hung.port()}, new int[] {west.port()}));
      assertThat(proxy.call("GET", "/", "").body()).isEqualTo("west");
      assertThat(proxy.record(0).attempts().getFirst().result()).isEqualTo(AttemptResult.TIMEOUT);
      for (int i = 0; i < 3; i++) {
        proxy.call("GET", "/", "");
      }
      proxy.call("GET", "/", "");
      assertThat(proxy.record(4).attempts())
          .as("it is ejected")
          .allMatch(attempt -> attempt.host().port() == west.port());
    }
  }

  @Test
  void aHostThatFreezesIsLeftWithinTheKeepaliveAndThenAvoided() throws Exception {
    try (FakeOrigin east = FakeOrigin.http2(Script.ok("east"));
        FakeOrigin west = FakeOrigin.http2(Script.ok("west"));
        FreezingLink link = new FreezingLink(east.port());
        RoutedProxy proxy = new RoutedProxy(1, HttpProtocol.HTTP2, Duration.ofSeconds(1))) {
      proxy.serve(
          Configs.outbound(),
          FOR_GOOD,
          Configs.endpoints(new int[] {link.port()}, new int[] {west.port()}));
      // The first connection may take longer than its time-out where everything is still cold.
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> proxy.call("GET", "/", "").body().equals("east"));
      int before = proxy.records.size();
      link.freeze();
      for (int i = 0; i < 7; i++) {
        assertThat(proxy.call("GET", "/", "").body()).isEqualTo("west");
      }
      assertThat(proxy.record(before).attempts().getFirst().detail())
          .as("left for its silence, before the time-out of the attempt")
          .isEqualTo("KEEPALIVE_TIMEOUT");
      assertThat(proxy.record(before + 6).attempts())
          .as("it is ejected")
          .allMatch(attempt -> attempt.host().port() == west.port());
    }
  }

  @Test
  void aPostThatWasReadIsNotRepeatedAndSaysSo() throws Exception {
    try (FakeOrigin dying = FakeOrigin.http1(Script.close());
        RoutedProxy proxy = new RoutedProxy(1)) {
      proxy.serve(Configs.outbound(), null, Configs.endpoints(new int[] {dying.port()}));
      RawClient.Answer answer = proxy.call("POST", "/", "order");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(dying.requests()).hasSize(1);
      assertThat(proxy.record(0).flags()).isEqualTo("UC");
      assertThat(proxy.record(0).attempts().getFirst().sent()).isTrue();
    }
  }

  @Test
  void anInboundProxyThatCannotReachItsApplicationMakesThePostGoElsewhere() throws Exception {
    try (FakeOrigin dead = FakeOrigin.http1(Script.ok("dead"));
        FakeOrigin alive = FakeOrigin.http1(Script.ok("alive"));
        RoutedProxy inbound = new RoutedProxy(1);
        RoutedProxy outbound = new RoutedProxy(1)) {
      inbound.serve(
          Configs.http(
              Duration.ofMinutes(1),
              List.of(
                  new LocalReplyMapper(
                      Set.of("UF", "UH", "UO"),
                      List.of(new HeaderValue("x-weft-unreached", "1", false))))),
          Configs.withoutRetries(),
          null,
          Configs.endpoints(new int[] {dead.port()}));
      dead.stop();
      outbound.serve(
          Configs.outbound(),
          null,
          Configs.endpoints(new int[] {inbound.port()}, new int[] {alive.port()}));
      for (int i = 0; i < 10; i++) {
        assertThat(outbound.call("POST", "/", "order").body()).isEqualTo("alive");
      }
      RawClient.Answer direct = inbound.call("POST", "/", "order");
      assertThat(direct.status()).isEqualTo(503);
      assertThat(direct.header("x-weft-unreached")).isEqualTo("1");
    }
  }

  @Test
  void aSlowReaderKeepsMemoryFlat() throws Exception {
    long size = 64L << 20;
    AtomicLong written = new AtomicLong();
    try (ServerSocket origin = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        RoutedProxy proxy = new RoutedProxy(1)) {
      Thread.ofVirtual().start(() -> flood(origin, size, written));
      proxy.serve(Configs.outbound(), null, Configs.endpoints(new int[] {origin.getLocalPort()}));
      try (RawClient client = proxy.connect()) {
        client.socket().setReceiveBufferSize(64 * 1024);
        client.send("GET / HTTP/1.1\r\nhost: payments.mesh\r\nconnection: close\r\n\r\n");
        long stalled = untilStill(written);
        assertThat(stalled).isLessThan(size / 2);
        long read = 0;
        InputStream in = client.socket().getInputStream();
        byte[] buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          read += n;
        }
        assertThat(read).isGreaterThanOrEqualTo(size);
      }
    }
  }

  private static void flood(ServerSocket listening, long size, AtomicLong written) {
    try (Socket socket = listening.accept()) {
      InputStream in = socket.getInputStream();
      for (int newlines = 0; newlines < 2; ) {
        int c = in.read();
        newlines = c == '\n' ? newlines + 1 : c == '\r' ? newlines : 0;
      }
      OutputStream out = socket.getOutputStream();
      out.write(("HTTP/1.1 200 OK\r\ncontent-length: " + size + "\r\n\r\n").getBytes());
      byte[] piece = new byte[1 << 16];
      while (written.get() < size) {
        out.write(piece);
        written.addAndGet(piece.length);
      }
      in.read();
    } catch (IOException e) {
      written.set(-1);
    }
  }

  /** The number when it has stopped growing. */
  private static long untilStill(AtomicLong number) {
    AtomicLong before = new AtomicLong(-1);
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(300))
        .until(() -> number.get() > 0 && before.getAndSet(number.get()) == number.get());
    return number.get();
  }

  @Test
  void anUploadIsHeldBackByAHostThatDoesNotRead() throws Exception {
    try (ServerSocket origin = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        RoutedProxy proxy = new RoutedProxy(1)) {
      proxy.serve(Configs.outbound(), null, Configs.endpoints(new int[] {origin.getLocalPort()}));
      AtomicLong sent = new AtomicLong();
      try (RawClient client = proxy.connect()) {
        client.send("PUT / HTTP/1.1\r\nhost: payments.mesh\r\ncontent-length: 67108864\r\n\r\n");
        Thread.ofVirtual().start(() -> upload(client, sent));
        try (Socket accepted = origin.accept()) {
          assertThat(untilStill(sent)).isLessThan(32L << 20);
          accepted
              .getOutputStream()
              .write("HTTP/1.1 413 no\r\ncontent-length: 0\r\n\r\n".getBytes());
          assertThat(client.read().status()).isEqualTo(413);
        }
      }
    }
  }

  private static void upload(RawClient client, AtomicLong sent) {
    byte[] piece = new byte[1 << 16];
    try {
      while (sent.get() < 67108864) {
        client.socket().getOutputStream().write(piece);
        sent.addAndGet(piece.length);
      }
    } catch (IOException expected) {
      // The answer came before the end of the request.
    }
  }

  @Test
  void aCallerThatGoesAwayCancelsItsAttempt() throws Exception {
    try (FakeOrigin hung = FakeOrigin.http1(Script.hang());
        RoutedProxy proxy = new RoutedProxy(1)) {
      proxy.serve(Configs.outbound(), null, Configs.endpoints(new int[] {hung.port()}));
      try (RawClient client = proxy.connect()) {
        client.send("GET / HTTP/1.1\r\nhost: payments.mesh\r\n\r\n");
        await().until(() -> hung.requests().size() == 1);
      }
      await().until(() -> hung.open() == 0);
      assertThat(proxy.record(0).flags()).isEqualTo("DC");
    }
  }
}
