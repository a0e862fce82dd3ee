package dev.weft.proxy.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HTTP/2 between two proxies and to an origin, over real sockets. */
class Http2EndToEndTest {

  private static RunningProxy proxy(int workers, int port, HttpProtocol protocol) {
    return new RunningProxy(workers, () -> TestConfigs.target(port, protocol))
        .serve(TestConfigs.plaintext(1, TestConfigs.http()));
  }

  @ParameterizedTest
  @CsvSource({"1,HTTP1", "1,HTTP2", "4,HTTP1", "4,HTTP2"})
  void throughTwoProxiesWithManyClientsAtOnce(int workers, HttpProtocol last) throws Exception {
    try (FakeOrigin origin =
            last == HttpProtocol.HTTP2
                ? FakeOrigin.http2(Script.echo())
                : FakeOrigin.http1(Script.echo());
        RunningProxy second = proxy(workers, origin.port(), last);
        RunningProxy first = proxy(workers, second.port("main"), HttpProtocol.HTTP2);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int c = 0; c < 16; c++) {
        int number = c;
        all.add(
            clients.submit(() -> {
              try (RawClient client = first.connect()) {
                for (int i = 0; i < 20; i++) {
                  String body = number + "/" + i;
                  client.send(
                      "POST /x HTTP/1.1\r\nhost: a.mesh\r\ncontent-length: "
                          + body.length()
                          + "\r\n\r\n"
                          + body);
                  assertThat(client.read().body()).isEqualTo(body);
                }
              }
              return null;
            }));
      }
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(origin.requests()).hasSize(320);
      assertThat(second.log().peers()).allMatch(peer -> peer.startsWith("HTTP/2 "));
      if (last == HttpProtocol.HTTP2) {
        assertThat(origin.accepted()).isLessThanOrEqualTo(workers);
      }
    }
  }

  @Test
  void trailersAndLargeBodiesGoThrough() throws Exception {
    String large = "x".repeat(3_000_000);
    try (FakeOrigin origin =
            FakeOrigin.http2(exchange -> {
              exchange.head(200, List.of("x-a", "1"), false);
              exchange.data(large, false);
              exchange.trailers(
                  List.of("grpc-status", "0", "x-got", "" + exchange.request().body().length));
            });
        RunningProxy second = proxy(1, origin.port(), HttpProtocol.HTTP2);
        RunningProxy first = proxy(1, second.port("main"), HttpProtocol.HTTP2);
        RawClient client = first.connect()) {
      client.send("POST / HTTP/1.1\r\nhost: a\r\nte: trailers\r\ncontent-length: 3000000\r\n\r\n");
      client.send(large);
      RawClient.Answer answer = client.read();
      assertThat(answer.body()).hasSize(3_000_000);
      assertThat(answer.trailers()).containsExactly("grpc-status", "0", "x-got", "3000000");
      assertThat(origin.requests().getFirst().header("te")).isEqualTo("trailers");
    }
  }

  @Test
  void anAnswerBeforeTheBodysEndDoesNotHang() throws Exception {
    try (FakeOrigin origin = FakeOrigin.http2(Script.status(413, "too much")).atHead();
        RunningProxy second = proxy(1, origin.port(), HttpProtocol.HTTP2);
        RunningProxy first = proxy(1, second.port("main"), HttpProtocol.HTTP2);
        RawClient client = first.connect()) {
      client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5000000\r\n\r\n");
      client.send("x".repeat(100_000));
      assertThat(client.read().status()).isEqualTo(413);
      try (RawClient other = first.connect()) {
        assertThat(other.get("/").status()).isEqualTo(413);
      }
    }
  }

  @Test
  void aLimitOfStreamsOpensMoreConnections() throws Exception {
    CompletableFuture<Void> finish = new CompletableFuture<>();
    try (FakeOrigin origin = FakeOrigin.http2(2, Script.when(finish, Script.ok("x")));
        RunningProxy first = proxy(1, origin.port(), HttpProtocol.HTTP2);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> all = new ArrayList<>();
      for (int c = 0; c < 8; c++) {
        all.add(
            clients.submit(() -> {
              try (RawClient client = first.connect()) {
                return client.get("/").status();
              }
            }));
      }
      await().until(() -> origin.requests().size() == 8);
      finish.complete(null);
      for (Future<Integer> one : all) {
        assertThat(one.get()).isEqualTo(200);
      }
      assertThat(origin.accepted()).isEqualTo(4);
    }
  }
}
