package dev.weft.proxy.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What two HTTP/1.1 implementations could understand differently never gets through. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http1StrictnessTest {
  private FakeOrigin origin;
  private RunningProxy proxy;

  @BeforeAll
  void start() {
    origin = FakeOrigin.http1(Script.ok("x"));
    proxy =
        new RunningProxy(1, () -> TestConfigs.target(origin.port(), HttpProtocol.HTTP1))
            .serve(TestConfigs.plaintext(1, TestConfigs.http()));
  }

  @AfterAll
  void stop() {
    proxy.close();
    origin.close();
  }

  /** One with times of its own: those of the class's have to let slow machines be slow. */
  private static RunningProxy proxy(FakeOrigin origin, Duration idle, Duration requestHeaders) {
    return new RunningProxy(1, () -> TestConfigs.target(origin.port(), HttpProtocol.HTTP1))
        .serve(TestConfigs.plaintext(1, TestConfigs.http(idle, requestHeaders)));
  }

  private void assertRefused(String request, int status) throws Exception {
    assertRefused(proxy, request, status);
  }

  private void assertRefused(RunningProxy by, String request, int status) throws Exception {
    origin.requests().clear();
    try (RawClient client = by.connect()) {
      client.send(request.replace("|", "\r\n"));
      RawClient.Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(client.ended()).isTrue();
      assertThat(origin.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST / HTTP/1.1|host: a|content-length: 3|content-length: 3||abc",
        "POST / HTTP/1.1|host: a|content-length: 3, 3||abc",
        "POST / HTTP/1.1|host: a|content-length: +3||abc",
        "POST / HTTP/1.1|host: a|content-length: 0x3||abc",
        "POST / HTTP/1.1|host: a|content-length: -1||abc",
        "POST / HTTP/1.1|host: a|content-length:||abc",
        "POST / HTTP/1.1|host: a|content-length: 9999999999999999999||abc",
        "POST / HTTP/1.1|host: a|content-length: 3|transfer-encoding: chunked||0||",
        "POST / HTTP/1.1|host: a|transfer-encoding: chunked|content-length: 3||0||",
        "POST / HTTP/1.1|host: a|transfer-encoding: chunked, chunked||0||",
        "POST / HTTP/1.1|host: a|transfer-encoding: gzip, chunked||0||",
        "POST / HTTP/1.1|host: a|transfer-encoding: identity||0||",
        "POST / HTTP/1.1|host: a|transfer-encoding: \u000bchunked||0||",
        "POST / HTTP/1.1|host: a|transfer-encoding: chunked|transfer-encoding: chunked||0||",
        "POST / HTTP/1.1|host: a|transfer-encoding : chunked||0||",
        "POST / HTTP/1.0|host: a|transfer-encoding: chunked||0||",
        "GET / HTTP/1.1|host: a|x: a| folded||",
        "GET / HTTP/1.1| x: a|host: a||",
        "GET / HTTP/1.1|host: a|x y: a||",
        "GET / HTTP/1.1|host: a|: a||",
        "GET / HTTP/1.1|host: a|no colon||",
        "GET / HTTP/1.1|host: a|x: a\u0000b||",
        "GET / HTTP/1.1|host: a|x: a\rb||",
        "GET / HTTP/1.1\nhost: a\n\n",
        "GET / HTTP/1.1|host: a\nx: b||",
        "GET / HTTP/1.1||",
        "GET / HTTP/1.1|host: a|host: a||",
        "GET / HTTP/1.1|host: a, b||",
        "GET / HTTP/1.1|host: user@a||",
        "GET / HTTP/1.1|host: a/b||",
        "GET / HTTP/1.1|host: ||",
        "GET  / HTTP/1.1|host: a||",
        "GET / HTTP/1.1 |host: a||",
        "GET /a b HTTP/1.1|host: a||",
        "GET /a#b HTTP/1.1|host: a||",
        "GET / HTTP/2.0|host: a||",
        "GET / HTTP/1.12|host: a||",
        "GET / http/1.1|host: a||",
        "GET /|host: a||",
        "G@T / HTTP/1.1|host: a||",
        "GET a HTTP/1.1|host: a||",
        "GET * HTTP/1.1|host: a||",
        "GET ftp://a/ HTTP/1.1|host: a||",
        "GET http://u@a/ HTTP/1.1|host: a||",
        "GET /%zz HTTP/1.1|host: a||",
        "GET /%00 HTTP/1.1|host: a||",
        "CONNECT a HTTP/1.1|host: a||",
        "CONNECT /a HTTP/1.1|host: a||",
        "CONNECT http://a:443/ HTTP/1.1|host: a||",
        "CONNECT a:443 HTTP/1.1|host: a|content-length: 0||",
        "FROB / HTTP/1.1|host: a||",
        "GET / HTTP/1.1|host: a|connection: host||",
        "\u0016\u0003\u0001\u0002\u0000\u0001"
      })
  void malformedRequestsAreRefused(String request) throws Exception {
    assertRefused(request, 400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x|0||", "3\nabc|0||", "3|abcd|0||", "-1|", "1;\u0001|a|0||", "3 |abc|0|x y: z||"})
  void aMalformedChunkBreaksTheExchangeOff(String chunks) throws Exception {
    try (RawClient client = proxy.connect()) {
      client.send("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
      client.send(chunks.replace("|", "\r\n"));
      assertThat(client.read().status()).isEqualTo(400);
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void headsThatAreTooLargeAreRefused() throws Exception {
    assertRefused("GET / HTTP/1.1|host: a|x: " + "a".repeat(9000) + "||", 431);
    assertRefused("GET / HTTP/1.1|host: a|" + "x: a|".repeat(51) + "|", 431);
    assertRefused("GET /" + "a".repeat(20_000), 431);
  }

  @Test
  void aHeadThatTakesTooLongIsRefused() throws Exception {
    try (RunningProxy hasty = proxy(origin, Duration.ofMinutes(1), Duration.ofMillis(300))) {
      assertRefused(hasty, "GET / HTTP/1.1|host:", 408);
      assertThat(hasty.log().refused()).anyMatch(r -> r.startsWith("HEADERS_TIMEOUT 408"));
    }
  }

  @Test
  void anIdleConnectionIsClosed() throws Exception {
    try (RunningProxy hasty = proxy(origin, Duration.ofMillis(400), Duration.ofSeconds(30));
        RawClient client = hasty.connect()) {
      assertThat(client.get("/").status()).isEqualTo(200);
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void aRequestInSinglePiecesIsTheSame() throws Exception {
    origin.requests().clear();
    try (RawClient client = proxy.connect()) {
      for (char c :
          "\r\nPOST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi".toCharArray()) {
        client.send(String.valueOf(c));
      }
      assertThat(client.read().status()).isEqualTo(200);
      assertThat(origin.requests().getFirst().body()).containsExactly('h', 'i');
    }
  }

  @Test
  void aPeerThatGoesAwayEndsItsAttempt() throws Exception {
    // Of its own: to others, earlier tests have left connections that are kept for a while.
    try (FakeOrigin hung = FakeOrigin.http1(Script.hang());
        RunningProxy between = proxy(hung, Duration.ofMinutes(1), Duration.ofSeconds(30))) {
      try (RawClient client = between.connect()) {
        client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
        await().until(() -> hung.requests().size() == 1);
      }
      await().until(() -> hung.open() == 0);
    }
  }
}
