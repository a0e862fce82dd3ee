package dev.weft.proxy.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.PoolHarness;
import dev.weft.proxy.testing.PoolHarness.Attempt;
import dev.weft.proxy.testing.TestConfigs;
import dev.weft.proxy.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code max_connections}: what may not be opened waits, and nothing waits for ever. */
class ConnectionLimitTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private static final class Counted implements ConnectionLimit {
    final AtomicInteger used = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();
    private final int limit;

    Counted(int limit) {
      this.limit = limit;
    }

    @Override
    public synchronized boolean take(boolean first) {
      if (!first && used.get() >= limit) {
        return false;
      }
      most.accumulateAndGet(used.incrementAndGet(), Math::max);
      return true;
    }

    @Override
    public synchronized void give() {
      used.decrementAndGet();
    }
  }

  private static PoolHarness pool(int port, HttpProtocol protocol, ConnectionLimit limit) {
    return new PoolHarness(Transport.best(), TestConfigs.target(port, protocol), limit);
  }

  private static List<Attempt> send(PoolHarness pool, int count) {
    return IntStream.range(0, count).mapToObj(i -> pool.send("GET")).toList();
  }

  @ParameterizedTest
  @CsvSource({"2, 2", "1, 1", "0, 1"})
  void requestsWaitForTheConnectionsThatThereMayBe(int limit, int most) {
    Counted counted = new Counted(limit);
    CompletableFuture<Void> finish = new CompletableFuture<>();
    try (FakeOrigin origin = FakeOrigin.http1(Script.when(finish, Script.ok("x")));
        PoolHarness pool = pool(origin.port(), HttpProtocol.HTTP1, counted)) {
      List<Attempt> attempts = send(pool, 8);
      // All of them have asked before the first is answered.
      await().atMost(LONG).until(() -> origin.requests().size() == most);
      finish.complete(null);
      assertThat(attempts).extracting(Attempt::outcome).containsOnly("200 x");
      assertThat(counted.most.get()).isEqualTo(most);
      assertThat(origin.accepted()).isEqualTo(most);

      pool.onLoop(() -> {
        pool.pool().drain();
        return true;
      });
      await().atMost(LONG).until(() -> counted.used.get() == 0);
    }
  }

  @Test
  void anHttp2HostGetsASecondConnectionOnlyWithinTheLimit() {
    Counted counted = new Counted(1);
    try (FakeOrigin origin = FakeOrigin.http2(1, Script.after(50, Script.ok("x")));
        PoolHarness pool = pool(origin.port(), HttpProtocol.HTTP2, counted)) {
      assertThat(send(pool, 5)).extracting(Attempt::outcome).containsOnly("200 x");
      assertThat(origin.accepted()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpProtocol.class)
  void aHostThatRefusesFailsAllThatWait(HttpProtocol protocol) throws Exception {
    Counted counted = new Counted(1);
    // Bound and not listening: nobody else can be given the port meanwhile.
    try (Socket unheard = new Socket()) {
      unheard.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (PoolHarness pool = pool(unheard.getLocalPort(), protocol, counted)) {
        assertThat(send(pool, 5)).extracting(Attempt::outcome).containsOnly("connect REFUSED");
        await().atMost(LONG).until(() -> counted.used.get() == 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = HttpProtocol.class,
      names = {"HTTP1", "HTTP2"})
  void whatWaitsForAConnectionThatEndsGetsAnother(HttpProtocol protocol) {
    Counted counted = new Counted(1);
    try (FakeOrigin origin =
            protocol == HttpProtocol.HTTP1
                ? FakeOrigin.http1(Script.hang())
                : FakeOrigin.http2(1, Script.hang());
        PoolHarness pool = pool(origin.port(), protocol, counted)) {
      Attempt first = pool.send("GET");
      first.started();
      Attempt second = pool.send("GET");
      await().atMost(LONG).until(() -> origin.requests().size() == 1);
      assertThat(second.done()).isFalse();

      origin.script(Script.ok("x"));
      origin.closeConnections();
      assertThat(first.outcome()).startsWith("reset");
      assertThat(second.outcome()).isEqualTo("200 x");
      // An HTTP/2 connection takes no more streams a little before it is gone.
      assertThat(counted.most.get()).isBetween(1, protocol == HttpProtocol.HTTP1 ? 1 : 2);
    }
  }
}
