package dev.weft.proxy.worker;

import static dev.weft.proxy.testing.RawWebSocket.BINARY;
import static dev.weft.proxy.testing.RawWebSocket.CLOSE;
import static dev.weft.proxy.testing.RawWebSocket.CONTINUATION;
import static dev.weft.proxy.testing.RawWebSocket.PING;
import static dev.weft.proxy.testing.RawWebSocket.PONG;
import static dev.weft.proxy.testing.RawWebSocket.TEXT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RawWebSocket;
import dev.weft.proxy.testing.RawWebSocket.Frame;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The groups of cases that the Autobahn test suite has, between a client and a server that send
 * frames byte by byte as they are told: what the one sends the other gets, valid or not, in both
 * directions. "direct" and "between" are those of {@link WebSocketTest}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebSocketCasesTest {
  private static final int LARGE = 16 << 20;

  private ServerSocket listening;
  private RunningProxy direct;
  private RunningProxy between;

  @BeforeAll
  void start() throws IOException {
    listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    int port = listening.getLocalPort();
    direct =
        new RunningProxy(1, () -> TestConfigs.target(port, HttpProtocol.HTTP1))
            .serve(TestConfigs.plaintext(1, TestConfigs.http()));
    between =
        new RunningProxy(1, () -> TestConfigs.target(direct.port("main"), HttpProtocol.HTTP2))
            .serve(TestConfigs.plaintext(1, TestConfigs.http()));
  }

  @AfterAll
  void stop() throws IOException {
    between.close();
    direct.close();
    listening.close();
  }

  private int port(String way) {
    return (way.equals("direct") ? direct : between).port("main");
  }

  private record Pair(RawWebSocket client, RawWebSocket server) implements AutoCloseable {
    /** Sends a frame each way, and holds what arrives against it. */
    void bothWays(Frame frame) throws IOException {
      client.send(frame);
      assertSame(server.receive(), frame);
      server.send(frame.unmasked());
      assertSame(client.receive(), frame.unmasked());
    }

    @Override
    public void close() throws IOException {
      client.close();
      server.close();
    }
  }

  private static void assertSame(Frame found, Frame expected) {
    assertThat(found.head()).isEqualTo(expected.head());
    assertThat(found.masked()).isEqualTo(expected.masked());
    assertThat(found.payload()).isEqualTo(expected.payload());
  }

  private Pair pair(String way) throws IOException {
    RawWebSocket client = RawWebSocket.connecting(port(way));
    RawWebSocket server = RawWebSocket.accept(listening);
    return new Pair(client.opened(), server);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static <T> CompletableFuture<T> later(Callable<T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            done.complete(work.call());
          } catch (Throwable e) {
            done.completeExceptionally(e);
          }
        });
    return done.orTimeout(120, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "between"})
  void framesOfEveryFormOfLength(String way) throws Exception {
    try (Pair pair = pair(way)) {
      for (int length : new int[] {0, 1, 124, 125, 126, 127, 128, 65_535, 65_536, 1 << 20}) {
        pair.bothWays(Frame.of(TEXT, bytes(length)));
        pair.bothWays(Frame.of(BINARY, bytes(length)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "between"})
  void framesInPieces(String way) throws Exception {
    try (Pair pair = pair(way)) {
      for (int piece : new int[] {1, 2, 7, 1000}) {
        Frame frame = Frame.of(TEXT, bytes(piece * 300));
        pair.client().sendChopped(frame, piece);
        assertSame(pair.server().receive(), frame);
        pair.server().sendChopped(frame.unmasked(), piece);
        assertSame(pair.client().receive(), frame.unmasked());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "between"})
  void sixteenMebibytesEachWayAtOnce(String way) throws Exception {
    Frame frame = Frame.of(BINARY, bytes(LARGE));
    try (Pair pair = pair(way)) {
      CompletableFuture<RawWebSocket> up = later(() -> pair.client().send(frame));
      CompletableFuture<RawWebSocket> down = later(() -> pair.server().send(frame.unmasked()));
      CompletableFuture<Frame> atServer = later(pair.server()::receive);
      assertSame(pair.client().receive(), frame.unmasked());
      assertSame(atServer.join(), frame);
      up.join();
      down.join();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "between"})
  void fragmentsKeepTheirBoundsAndControlFramesTheirPlaces(String way) throws Exception {
    List<Frame> frames = new ArrayList<>();
    frames.add(Frame.first(TEXT, bytes(10)));
    for (int i = 0; i < 50; i++) {
      frames.add(Frame.of(PING, bytes(i)));
      frames.add(Frame.first(CONTINUATION, bytes(i % 3 == 0 ? 0 : i * 100)));
      frames.add(Frame.of(PONG, bytes(125)));
    }
    frames.add(Frame.of(CONTINUATION));
    try (Pair pair = pair(way)) {
      for (Frame frame : frames) {
        pair.client().send(frame);
        pair.server().send(frame.unmasked());
      }
      for (Frame frame : frames) {
        assertSame(pair.server().receive(), frame);
        assertSame(pair.client().receive(), frame.unmasked());
      }
    }
  }

  /** They are for the other end to refuse: the proxy does not look into what it passes on. */
  @ParameterizedTest
  @ValueSource(strings = {"direct", "between"})
  void whatTheProtocolReservesIsPassedOn(String way) throws Exception {
    try (Pair pair = pair(way)) {
      for (int head : new int[] {0xC1, 0xA1, 0x91, 0xF1, 0x83, 0x87, 0x8B, 0x8F, 0x08, 0x09}) {
        pair.bothWays(new Frame(head, true, bytes(20)));
      }
      // A client's without a mask, a server's with one; a control frame that is too long.
      Frame bare = new Frame(0x81, false, bytes(20));
      pair.client().send(bare);
      assertSame(pair.server().receive(), bare);
      pair.bothWays(Frame.of(PING, bytes(126)));
      pair.server().send(Frame.of(TEXT, bytes(20)));
      assertSame(pair.client().receive(), Frame.of(TEXT, bytes(20)));
      pair.bothWays(Frame.of(TEXT, (byte) 0xC0, (byte) 0x80, (byte) 0xED, (byte) 0xA0));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "between"})
  void everyCloseCodeInBothDirections(String way) throws Exception {
    try (Pair pair = pair(way)) {
      CompletableFuture<Void> atServer = later(() -> codes(pair.server()));
      CompletableFuture<Void> atClient = later(() -> codes(pair.client()));
      for (int code = 0; code < 5000; code++) {
        pair.client().send(close(code));
        pair.server().send(close(code).unmasked());
      }
      atServer.join();
      atClient.join();
    }
  }

  private static Frame close(int code) {
    return Frame.of(CLOSE, (byte) (code >> 8), (byte) code, (byte) 'b', (byte) 'y', (byte) 'e');
  }

  private static Void codes(RawWebSocket at) throws IOException {
    for (int code = 0; code < 5000; code++) {
      assertThat(at.receive().payload()).isEqualTo(close(code).payload());
    }
    return null;
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "between"})
  void aCloseIsAnsweredAndThenTheConnectionEnds(String way) throws Exception {
    for (int code : new int[] {1000, 1001, 1002, 1003, 1007, 1011, 1015, 3000, 3999, 4000, 4999}) {
      try (Pair pair = pair(way)) {
        boolean byClient = code % 2 == 0;
        RawWebSocket first = byClient ? pair.client() : pair.server();
        RawWebSocket second = byClient ? pair.server() : pair.client();
        Frame close = close(code);
        first.send(byClient ? close : close.unmasked());
        assertThat(second.receive().payload()).isEqualTo(close.payload());
        second.send(byClient ? close.unmasked() : close);
        assertThat(first.receive().payload()).isEqualTo(close.payload());
        // RFC 6455, section 7.1.1: the server closes the connection first.
        pair.server().close();
        assertThat(pair.client().ended()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "between"})
  void anAbortOfOneEndReachesTheOther(String way) throws Exception {
    try (Pair pair = pair(way)) {
      pair.bothWays(Frame.of(TEXT, bytes(5)));
      pair.client().abort();
      assertThat(pair.server().ended()).isTrue();
    }
    try (Pair pair = pair(way)) {
      pair.bothWays(Frame.of(TEXT, bytes(5)));
      pair.server().abort();
      assertThat(pair.client().ended()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "between"})
  void aFloodOfPingsIsAnsweredInItsOrder(String way) throws Exception {
    int count = 20_000;
    try (Pair pair = pair(way)) {
      CompletableFuture<Void> pongs =
          later(() -> {
            for (int i = 0; i < count; i++) {
              Frame ping = pair.server().receive();
              pair.server().send(new Frame(0x80 | PONG, false, ping.payload()));
            }
            return null;
          });
      CompletableFuture<Void> sent =
          later(() -> {
            for (int i = 0; i < count; i++) {
              pair.client().send(Frame.of(PING, Integer.toString(i).getBytes(ISO_8859_1)));
            }
            return null;
          });
      for (int i = 0; i < count; i++) {
        assertThat(pair.client().receive().payload())
            .isEqualTo(Integer.toString(i).getBytes(ISO_8859_1));
      }
      sent.join();
      pongs.join();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "between"})
  void framesThatComeWithTheHeadOfTheAnswerAreNotLost(String way) throws Exception {
    Frame greeting = Frame.of(TEXT, bytes(300)).unmasked();
    try (RawWebSocket client = RawWebSocket.connecting(port(way));
        RawWebSocket server = RawWebSocket.accept(listening, RawWebSocket.bytes(greeting))) {
      assertSame(client.opened().receive(), greeting);
      server.send(greeting);
      assertSame(client.receive(), greeting);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "between"})
  void framesThatComeWithTheRequestAreNotLost(String way) throws Exception {
    String text = "a whole message";
    Frame frame = new Frame(0x81, false, text.getBytes(ISO_8859_1));
    String early = new String(RawWebSocket.bytes(frame), ISO_8859_1);
    try (RawWebSocket client = RawWebSocket.connecting(port(way), early);
        RawWebSocket server = RawWebSocket.accept(listening)) {
      client.opened().send(frame);
      assertSame(server.receive(), frame);
      assertSame(server.receive(), frame);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno",
        "HTTP/1.1 403 Forbidden\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\n\r\nno"
      })
  void aRefusalKeepsItsBody(String answer) throws Exception {
    for (String way : List.of("direct", "between")) {
      CompletableFuture<Void> refused = later(() -> refuse(answer));
      try (RawClient client = RawClient.to(port(way))) {
        client.send(
            "GET /ws HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n"
                + "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
        RawClient.Answer got = client.read();
        assertThat(got.status()).isEqualTo(403);
        assertThat(got.body()).isEqualTo("no");
        assertThat(got.header("upgrade")).isNull();
      }
      refused.join();
    }
  }

  private Void refuse(String answer) throws IOException {
    try (Socket socket = listening.accept()) {
      InputStream in = socket.getInputStream();
      for (int newlines = 0; newlines < 2; ) {
        int c = in.read();
        newlines = c == '\n' ? newlines + 1 : c == '\r' ? newlines : 0;
      }
      socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
    }
    return null;
  }
}
