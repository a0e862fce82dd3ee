package dev.weft.proxy.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.ConnectionLimits;
import dev.weft.proxy.config.HttpProtocols;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.UnderscoreNames;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RawHttp2;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leaving politely, and changing listeners while they serve. */
class DrainTest {
  private final CompletableFuture<Void> finish = new CompletableFuture<>();
  private final FakeOrigin origin = FakeOrigin.http1(Script.when(finish, Script.ok("done")));

  @AfterEach
  void stop() {
    origin.close();
  }

  private RunningProxy proxy(int workers) {
    return new RunningProxy(workers, () -> TestConfigs.target(origin.port(), HttpProtocol.HTTP1))
        .serve(TestConfigs.plaintext(1, TestConfigs.http()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void requestsInFlightEndAndNewConnectionsAreRefused(int workers) throws Exception {
    try (RunningProxy proxy = proxy(workers);
        RawClient busy = proxy.connect();
        RawClient begun = proxy.connect();
        RawClient idle = proxy.connect()) {
      // They are accepted before the listener closes.
      origin.script(Script.ok("x"));
      assertThat(begun.get("/").status()).isEqualTo(200);
      assertThat(idle.get("/").status()).isEqualTo(200);
      origin.script(Script.when(finish, Script.ok("done")));
      int port = proxy.port("main");
      busy.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
      await().until(() -> origin.requests().size() == 3);
      begun.send("GET / HTTP/1.1\r\n");
      CompletableFuture<Void> drained =
          proxy.workers().drain(Duration.ofSeconds(20)).toCompletableFuture();
      // Every worker has begun to drain when none accepts any more.
      await()
          .untilAsserted(() ->
              assertThatThrownBy(() -> RawClient.to(port).close())
                  .isInstanceOf(ConnectException.class));
      finish.complete(null);
      RawClient.Answer answer = busy.read();
      assertThat(answer.body()).isEqualTo("done");
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(busy.ended()).isTrue();
      // A connection without a request ends; one on which a request has begun is served.
      assertThat(idle.ended()).isTrue();
      RawClient.Answer last = begun.send("host: a\r\n\r\n").read();
      assertThat(last.status()).isEqualTo(200);
      assertThat(last.header("connection")).isEqualTo("close");
      drained.get();
    }
  }

  @Test
  void whatDoesNotEndIsEndedAtTheLimit() throws Exception {
    origin.script(Script.hang());
    try (RunningProxy proxy = proxy(1);
        RawClient client = proxy.connect()) {
      client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
      await().until(() -> origin.requests().size() == 1);
      proxy.workers().drain(Duration.ofMillis(300)).toCompletableFuture().get();
      assertThat(client.ended()).isTrue();
    }
  }

  private RunningProxy limited(ConnectionLimits limits) {
    HttpProtocols protocols =
        new HttpProtocols(
            TestConfigs.HTTP1,
            true,
            true,
            Duration.ZERO,
            Duration.ofSeconds(1),
            limits,
            UnderscoreNames.ALLOW,
            List.of());
    return new RunningProxy(1, () -> TestConfigs.target(origin.port(), HttpProtocol.HTTP1))
        .serve(TestConfigs.plaintext(1, TestConfigs.http().with(protocols)));
  }

  @Test
  void anHttp2ConnectionDrainsWithItsLastRequest() throws Exception {
    try (RunningProxy proxy = limited(new ConnectionLimits(2, Duration.ZERO));
        RawHttp2 client = RawHttp2.client(proxy.port("main"))) {
      client.headers(1, true, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/");
      client.headers(3, true, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/");
      assertThat(client.read(RawHttp2.GOAWAY).uint32(0)).isEqualTo(Integer.MAX_VALUE);
      client.send(RawHttp2.PING, RawHttp2.ACK, 0, client.read(RawHttp2.PING).payload());
      assertThat(client.read(RawHttp2.GOAWAY).uint32(0)).isEqualTo(3);
      finish.complete(null);
      assertThat(client.typesToTheEnd()).contains(RawHttp2.HEADERS);
    }
  }

  @Test
  void aConnectionDrainsWhenItHasLastedLongEnough() throws Exception {
    try (RunningProxy proxy = limited(new ConnectionLimits(0, Duration.ofMillis(200)));
        RawHttp2 told = RawHttp2.client(proxy.port("main"));
        RawClient silent = proxy.connect();
        RawClient served = proxy.connect()) {
      origin.script(Script.ok("x"));
      served.get("/");
      assertThat(told.read(RawHttp2.GOAWAY).uint32(0)).isEqualTo(Integer.MAX_VALUE);
      assertThat(silent.ended()).isTrue();
      assertThat(served.ended()).isTrue();
    }
  }

  @Test
  void http2ConnectionsAreToldTwice() throws Exception {
    try (RunningProxy proxy = proxy(1);
        RawHttp2 client = RawHttp2.client(proxy.port("main"))) {
      client.headers(1, true, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/");
      await().until(() -> origin.requests().size() == 1);
      CompletableFuture<Void> drained =
          proxy.workers().drain(Duration.ofSeconds(20)).toCompletableFuture();
      assertThat(client.read(RawHttp2.GOAWAY).uint32(0)).isEqualTo(Integer.MAX_VALUE);
      RawHttp2.Frame ping = client.read(RawHttp2.PING);
      // On its way when the first GOAWAY was sent: still served.
      client.headers(3, true, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/");
      client.send(RawHttp2.PING, RawHttp2.ACK, 0, ping.payload());
      assertThat(client.read(RawHttp2.GOAWAY).uint32(0)).isEqualTo(3);
      finish.complete(null);
      assertThat(
              List.of(
                  client.read(RawHttp2.HEADERS).stream(), client.read(RawHttp2.HEADERS).stream()))
          .containsExactlyInAnyOrder(1, 3);
      assertThat(client.typesToTheEnd()).contains(RawHttp2.DATA);
      drained.get();
    }
  }

  @Test
  void aChangeInPlaceKeepsConnectionsOfChainsThatStay() throws Exception {
    origin.script(Script.ok("x"));
    try (RunningProxy proxy = proxy(1);
        RawClient client = proxy.connect()) {
      assertThat(client.get("/").status()).isEqualTo(200);
      Snapshot same = TestConfigs.plaintext(2, TestConfigs.http());
      proxy.workers().publish(same);
      assertThat(client.get("/").header("connection")).isNull();
      // A request has begun: without one the connection would end a second after the change.
      client.send("GET / HTTP/1.1\r\n");
      proxy
          .workers()
          .publish(
              TestConfigs.plaintext(3, TestConfigs.http(Duration.ofMinutes(2), Duration.ZERO)));
      // Behind the change on the one worker: it is in use when this is answered.
      try (RawClient fresh = proxy.connect()) {
        assertThat(fresh.get("/").header("connection")).isNull();
      }
      // The chain has changed: its connections end with the next answer.
      assertThat(client.send("host: a\r\n\r\n").read().header("connection")).isEqualTo("close");
    }
  }

  @Test
  void aRemovedListenerDrainsAndAnotherStays() throws Exception {
    origin.script(Script.ok("x"));
    try (RunningProxy proxy = proxy(1)) {
      proxy.serve(
          TestConfigs.snapshot(
              2,
              java.util.Map.of(),
              TestConfigs.plaintext(2, TestConfigs.http()).listeners().get("main"),
              TestConfigs.listener(
                  "second", false, TestConfigs.chain(ChainMatch.ANY, null, TestConfigs.http()))));
      try (RawClient client = RawClient.to(proxy.port("second"))) {
        assertThat(client.get("/").status()).isEqualTo(200);
        proxy.workers().publish(TestConfigs.plaintext(3, TestConfigs.http()));
        await().until(() -> !proxy.workers().serving().containsKey("second"));
        assertThat(client.ended()).isTrue();
      }
      try (RawClient client = proxy.connect()) {
        assertThat(client.get("/").status()).isEqualTo(200);
      }
    }
  }
}
