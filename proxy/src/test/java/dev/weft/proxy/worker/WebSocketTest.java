package dev.weft.proxy.worker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RawHttp2;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import dev.weft.proxy.testing.WebSocketEcho;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * WebSockets through one proxy over HTTP/1.1 ("direct"), and through two with HTTP/2 between them
 * ("between"), so that both conversions of RFC 8441 are met.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebSocketTest {
  private static final int LARGE = 1 << 20;
  private WebSocketEcho origin;
  private RunningProxy direct;
  private RunningProxy between;

  @BeforeAll
  void start() {
    origin = new WebSocketEcho();
    direct =
        new RunningProxy(1, () -> TestConfigs.target(origin.port(), HttpProtocol.HTTP1))
            .serve(TestConfigs.plaintext(1, TestConfigs.http()));
    between =
        new RunningProxy(1, () -> TestConfigs.target(direct.port("main"), HttpProtocol.HTTP2))
            .serve(TestConfigs.plaintext(1, TestConfigs.http()));
  }

  @AfterAll
  void stop() {
    between.close();
    direct.close();
    origin.close();
  }

  private int port(String way) {
    return (way.equals("direct") ? direct : between).port("main");
  }

  private record Peer(WebSocket socket, BlockingQueue<String> heard) implements AutoCloseable {
    static Peer to(int port, HttpClient http) {
      BlockingQueue<String> heard = new LinkedBlockingQueue<>();
      WebSocket socket =
          http.newWebSocketBuilder()
              .buildAsync(URI.create("ws://127.0.0.1:" + port + "/ws"), new Ears(heard))
              .orTimeout(20, TimeUnit.SECONDS)
              .join();
      return new Peer(socket, heard);
    }

    String next() throws InterruptedException {
      return heard.poll(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
      socket.abort();
    }
  }

  private record Ears(BlockingQueue<String> heard) implements WebSocket.Listener {
    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      heard.add("text " + data + " " + last);
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      heard.add("binary " + data.remaining() + " " + last);
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
      heard.add("pong " + ISO_8859_1.decode(data));
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      heard.add("close " + status + " " + reason);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      heard.add("error " + error);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "between"})
  void messagesFragmentsPingsAndCloseCodesGoThrough(String way) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient();
        Peer peer = Peer.to(port(way), http)) {
      peer.socket().sendText("hello", true).join();
      assertThat(peer.next()).isEqualTo("text hello true");
      peer.socket().sendText("one ", false).join();
      assertThat(peer.next()).isEqualTo("text one  false");
      peer.socket().sendPing(ByteBuffer.wrap("p".getBytes(ISO_8859_1))).join();
      assertThat(peer.next()).isEqualTo("pong p");
      peer.socket().sendText("two", true).join();
      assertThat(peer.next()).isEqualTo("text two true");
      peer.socket().sendText("", true).join();
      assertThat(peer.next()).isEqualTo("text  true");
      peer.socket().sendClose(4001, "done").join();
      assertThat(peer.next()).isEqualTo("close 4001 done");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "between"})
  void largeMessagesGoThroughWhole(String way) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient();
        Peer peer = Peer.to(port(way), http)) {
      for (int round = 0; round < 4; round++) {
        peer.socket().sendBinary(ByteBuffer.allocate(LARGE), true).join();
        int got = 0;
        for (String part = peer.next(); ; part = peer.next()) {
          assertThat(part).startsWith("binary");
          String[] words = part.split(" ");
          got += Integer.parseInt(words[1]);
          if (words[2].equals("true")) {
            break;
          }
        }
        assertThat(got).isEqualTo(LARGE);
      }
    }
  }

  @Test
  void anExtendedConnectBecomesAnUpgrade() throws Exception {
    try (RawHttp2 client = RawHttp2.client(port("direct"))) {
      RawHttp2.Frame settings = client.read(RawHttp2.SETTINGS);
      assertThat(new String(settings.payload(), ISO_8859_1))
          .as("SETTINGS_ENABLE_CONNECT_PROTOCOL")
          .contains("\u0000\u0008\u0000\u0000\u0000\u0001");
      client.headers(
          1,
          false,
          ":method",
          "CONNECT",
          ":protocol",
          "websocket",
          ":scheme",
          "http",
          ":path",
          "/ws",
          ":authority",
          "a",
          "sec-websocket-version",
          "13");
      RawHttp2.Frame head = client.read(RawHttp2.HEADERS);
      assertThat(head.has(RawHttp2.END_STREAM)).isFalse();
      assertThat(head.payload()[0]).as(":status 200, indexed").isEqualTo((byte) 0x88);
      // A masked text frame, whose mask is 0: "hi".
      byte[] frame = {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, 'h', 'i'};
      client.send(RawHttp2.DATA, 0, 1, frame);
      assertThat(client.read(RawHttp2.DATA).payload())
          .containsExactly((byte) 0x81, (byte) 2, 'h', 'i');
      client.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1);
      RawHttp2.Frame last = client.read(RawHttp2.DATA);
      assertThat(last.has(RawHttp2.END_STREAM)).isTrue();
    }
  }

  @Test
  void anAnswerOtherThan101IsAPlainAnswer() throws Exception {
    try (RawClient client = RawClient.to(port("between"))) {
      client.send(
          "GET /ws HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n"
              + "sec-websocket-version: 99\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
      RawClient.Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(426);
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void theEndOfOneSideEndsTheOther() throws Exception {
    try (RawClient client = RawClient.to(port("between"))) {
      client.send(
          "GET /ws HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n"
              + "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
      assertThat(client.readHead().status()).isEqualTo(101);
      client.finish();
      assertThat(client.ended()).isTrue();
    }
  }
}
