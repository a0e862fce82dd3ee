package dev.weft.proxy.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.HttpProtocols;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RawHttp2;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1.1 in, HTTP/1.1 out, over real sockets. */
class Http1EndToEndTest {

  private static RunningProxy proxy(int workers, FakeOrigin origin) {
    return new RunningProxy(workers, () -> TestConfigs.target(origin.port(), HttpProtocol.HTTP1))
        .serve(TestConfigs.plaintext(1, TestConfigs.http()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void manyRequestsOnManyConnections(int workers) throws Exception {
    try (FakeOrigin origin = FakeOrigin.http1(Script.ok("hello"));
        RunningProxy proxy = proxy(workers, origin)) {
      for (int c = 0; c < 10; c++) {
        try (RawClient client = proxy.connect()) {
          for (int i = 0; i < 5; i++) {
            RawClient.Answer answer = client.get("/" + i);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("hello");
          }
        }
      }
      assertThat(origin.requests()).hasSize(50);
      assertThat(origin.accepted()).isLessThanOrEqualTo(10);
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    try (FakeOrigin origin = FakeOrigin.http1(Script.echo());
        RunningProxy proxy = proxy(1, origin);
        RawClient client = proxy.connect()) {
      client.send(
          "POST /1 HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\none"
              + "POST /2 HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"
              + "GET /3 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
      assertThat(client.read().body()).isEqualTo("one");
      assertThat(client.read().body()).isEqualTo("two");
      RawClient.Answer last = client.read();
      assertThat(last.header("connection")).isEqualTo("close");
      assertThat(client.ended()).isTrue();
      assertThat(origin.requests())
          .extracting(FakeOrigin.Request::path)
          .containsExactly("/1", "/2", "/3");
    }
  }

  /** Whether the host's reset comes with its head or a moment later is chance. */
  @Test
  void aHeadThatWasWrittenArrivesThoughNothingFollows() throws Exception {
    try (FakeOrigin origin =
            FakeOrigin.http2(exchange -> {
              exchange.head(200, List.of(), false);
              exchange.reset();
            });
        RunningProxy proxy =
            new RunningProxy(1, () -> TestConfigs.target(origin.port(), HttpProtocol.HTTP2))
                .serve(TestConfigs.plaintext(1, TestConfigs.http()));
        RawClient client = proxy.connect()) {
      client.send("HEAD / HTTP/1.1\r\nhost: a\r\n\r\n");
      assertThat(client.readHead().status()).isEqualTo(200);
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void bodiesAndTrailersGoThroughUnchangedBothWays() throws Exception {
    try (FakeOrigin origin =
            FakeOrigin.http1(exchange -> {
              exchange.head(200, List.of("x-a", "1", "connection", "x-hop", "x-hop", "1"), false);
              exchange.data(new String(exchange.request().body()), false);
              exchange.trailers(List.of("x-sum", "9"));
            });
        RunningProxy proxy = proxy(1, origin);
        RawClient client = proxy.connect()) {
      client.send(
          "POST /x?q=1 HTTP/1.1\r\nHost: some.where:80\r\nX-One: a\r\nX-Hop: b\r\nConnection: x-hop\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nX-T: t\r\n\r\n");
      RawClient.Answer answer = client.read();
      assertThat(answer.body()).isEqualTo("hello world");
      assertThat(answer.trailers()).containsExactly("x-sum", "9");
      assertThat(answer.header("x-hop")).isNull();
      FakeOrigin.Request request = origin.requests().getFirst();
      assertThat(request.authority()).isEqualTo("some.where:80");
      assertThat(request.path()).isEqualTo("/x?q=1");
      assertThat(request.header("x-one")).isEqualTo("a");
      assertThat(request.header("x-hop")).isNull();
      assertThat(request.trailers()).containsExactly("x-t", "t");
    }
  }

  @Test
  void answersWithoutABody() throws Exception {
    try (FakeOrigin origin =
            FakeOrigin.http1(exchange -> {
              int status = Integer.parseInt(exchange.request().path().substring(1));
              exchange.head(
                  status, status == 200 ? List.of("content-length", "7") : List.of(), true);
            });
        RunningProxy proxy = proxy(1, origin);
        RawClient client = proxy.connect()) {
      client.send("HEAD /200 HTTP/1.1\r\nhost: a\r\n\r\n");
      assertThat(client.readHead().header("content-length")).isEqualTo("7");
      assertThat(client.get("/204").header("content-length")).isNull();
      assertThat(client.get("/304").status()).isEqualTo(304);
    }
  }

  @Test
  void informationalHeadsAreHandedOn() throws Exception {
    try (FakeOrigin origin =
            FakeOrigin.http1(
                    exchange -> {
                      exchange.head(100, List.of(), false);
                      exchange.later(20, () -> exchange.respond(200, "done"));
                    })
                .atHead();
        RunningProxy proxy = proxy(1, origin);
        RawClient client = proxy.connect()) {
      client.send("PUT / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n");
      assertThat(client.readHead().status()).isEqualTo(100);
      client.send("body");
      assertThat(client.read().body()).isEqualTo("done");
      assertThat(origin.requests().getFirst().header("expect")).isEqualTo("100-continue");
    }
  }

  @Test
  void absoluteFormNamesTheAuthority() throws Exception {
    try (FakeOrigin origin = FakeOrigin.http1(Script.ok("x"));
        RunningProxy proxy = proxy(1, origin);
        RawClient client = proxy.connect()) {
      client.send("GET http://payments.mesh/a/../b HTTP/1.1\r\nhost: other\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(200);
      assertThat(origin.requests().getFirst().authority()).isEqualTo("payments.mesh");
      assertThat(origin.requests().getFirst().path()).isEqualTo("/b");
    }
  }

  @Test
  void aHostThatRefusesIsAConnectFailure() throws Exception {
    try (FakeOrigin origin = FakeOrigin.http1(Script.ok("x"));
        RunningProxy proxy = proxy(1, origin);
        RawClient client = proxy.connect()) {
      origin.stop();
      assertThat(client.get("/").header("x-failure")).isEqualTo("REFUSED");
    }
  }

  @Test
  void oldClientsGetWhatTheyUnderstand() throws Exception {
    try (FakeOrigin origin =
            FakeOrigin.http1(exchange -> {
              exchange.head(200, List.of(), false);
              exchange.data("until", false);
              exchange.data("close", true);
            });
        RunningProxy proxy = proxy(1, origin);
        RawClient client = proxy.connect()) {
      client.send("GET / HTTP/1.0\r\nhost: a\r\n\r\n");
      assertThat(client.read().body()).isEqualTo("untilclose");
    }
  }

  @Test
  void aWholeAnswerReachesItsCallerWhateverTheHostSendsBehindIt() throws Exception {
    try (ServerSocket host = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        RunningProxy proxy =
            new RunningProxy(1, () -> TestConfigs.target(host.getLocalPort(), HttpProtocol.HTTP2))
                .serve(TestConfigs.plaintext(1, TestConfigs.http()));
        RawClient client = proxy.connect()) {
      client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
      try (Socket accepted = host.accept();
          RawHttp2 answering = RawHttp2.server(accepted)) {
        byte stream = (byte) answering.read(RawHttp2.HEADERS).stream();
        byte notModified = (byte) 0x8b;
        byte[] headAndData = {
          0, 0, 1, 1, 4, 0, 0, 0, stream, notModified, 0, 0, 1, 0, 1, 0, 0, 0, stream, 'a'
        };
        accepted.getOutputStream().write(headAndData);
        assertThat(client.read().status()).isEqualTo(304);
        assertThat(client.ended()).isTrue();
      }
    }
  }

  private static RunningProxy closing(Duration after, FakeOrigin origin) {
    HttpProtocols all = TestConfigs.http().protocols();
    HttpProtocols closing =
        new HttpProtocols(
            all.http1(),
            all.proxyContinue(),
            all.allowConnect(),
            all.maxStreamDuration(),
            after,
            all.connections(),
            all.underscores(),
            all.upgrades());
    return new RunningProxy(1, () -> TestConfigs.target(origin.port(), HttpProtocol.HTTP1))
        .serve(TestConfigs.plaintext(1, TestConfigs.http().with(closing)));
  }

  @Test
  void whoStillSendsAfterARefusalIsReadForAsLongAsConfigured() throws Exception {
    try (FakeOrigin origin = FakeOrigin.http1(Script.ok("hello"));
        RunningProxy proxy = closing(Duration.ofHours(1), origin);
        RawClient client = proxy.connect()) {
      assertThat(client.send("no request\r\n\r\n").read().status()).isEqualTo(400);
      assertThat(client.ended()).isTrue();
      for (int i = 0; i < 200; i++) {
        // More than the kernel would hold for nobody.
        client.send("x".repeat(64 * 1024));
      }
    }
  }

  @Test
  void aConnectionEndsWithTheRefusalWhereThatIsConfigured() throws Exception {
    try (FakeOrigin origin = FakeOrigin.http1(Script.ok("hello"));
        RunningProxy proxy = closing(Duration.ZERO, origin);
        RawClient client = proxy.connect()) {
      assertThat(client.send("no request\r\n\r\n").read().status()).isEqualTo(400);
      await().until(() -> isGone(client));
    }
  }

  private static boolean isGone(RawClient client) {
    try {
      client.send("more");
      return false;
    } catch (IOException refused) {
      return true;
    }
  }
}
