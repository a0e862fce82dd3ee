package dev.weft.proxy.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.Http2Settings;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawHttp2;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A caller of HTTP/2 that answers no PING is left; one that does is served on. */
class Http2KeepaliveTest {

  private static RunningProxy proxy(FakeOrigin origin, Duration interval, Duration timeout) {
    Http2Settings pings = new Http2Settings(100, 65_535, 1 << 20, interval, timeout);
    return new RunningProxy(1, () -> TestConfigs.target(origin.port(), HttpProtocol.HTTP1))
        .serve(
            TestConfigs.plaintext(
                1, TestConfigs.http(Duration.ofMinutes(1), Duration.ofSeconds(30), pings)));
  }

  private static void get(RawHttp2 client, int stream) throws Exception {
    client.headers(
        stream, true, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/");
  }

  @Test
  void aCallerThatAnswersNoPingIsLeft() throws Exception {
    try (FakeOrigin origin = FakeOrigin.http1(Script.echo());
        RunningProxy proxy = proxy(origin, Duration.ofMillis(50), Duration.ofMillis(50));
        RawHttp2 idle = RawHttp2.client(proxy.port("main"))) {
      assertThat(idle.typesToTheEnd()).contains(RawHttp2.PING);
    }
  }

  @Test
  void itsStreamsEndWithIt() throws Exception {
    try (FakeOrigin origin = FakeOrigin.http1(exchange -> {});
        RunningProxy proxy = proxy(origin, Duration.ofMillis(50), Duration.ofMillis(50));
        RawHttp2 busy = RawHttp2.client(proxy.port("main"))) {
      get(busy, 1);
      assertThat(busy.typesToTheEnd()).contains(RawHttp2.PING).doesNotContain(RawHttp2.HEADERS);
    }
  }

  @Test
  void aCallerThatAnswersIsServedOn() throws Exception {
    try (FakeOrigin origin = FakeOrigin.http1(Script.echo());
        // While a PING is not answered no other goes out, so that a second shows the answer heard.
        RunningProxy proxy = proxy(origin, Duration.ofMillis(50), Duration.ofSeconds(20));
        RawHttp2 client = RawHttp2.client(proxy.port("main"))) {
      for (int i = 0; i < 3; i++) {
        client.send(RawHttp2.PING, RawHttp2.ACK, 0, client.read(RawHttp2.PING).payload());
      }
      get(client, 1);
      assertThat(client.read(RawHttp2.HEADERS).payload()[0]).isEqualTo((byte) 0x88);
    }
  }
}
