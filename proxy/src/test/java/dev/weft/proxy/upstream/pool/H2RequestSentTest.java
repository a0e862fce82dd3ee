package dev.weft.proxy.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.Http2Settings;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.testing.PoolHarness;
import dev.weft.proxy.testing.PoolHarness.Attempt;
import dev.weft.proxy.testing.RawHttp2;
import dev.weft.proxy.testing.TestConfigs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an HTTP/2 attempt says of itself when its host fails. */
class H2RequestSentTest {
  private static final int REFUSED_STREAM = 7;
  private static final int INTERNAL_ERROR = 2;
  private static final byte STATUS_200 = (byte) 0x88;

  private ServerSocket server;
  private PoolHarness pool;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    pool = pool(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(15));
  }

  /** Impatient only where that is what is tested: the host is this test, and may be slow. */
  private PoolHarness pool(Duration keepalive, Duration keepaliveTimeout, Duration connect) {
    return new PoolHarness(
        TestConfigs.target(
            server.getLocalPort(),
            HttpProtocol.HTTP2,
            null,
            new Http2Settings(100, 65_535, 65_535, keepalive, keepaliveTimeout),
            connect));
  }

  @AfterEach
  void stop() throws IOException {
    pool.close();
    server.close();
  }

  private RawHttp2 accept() throws IOException {
    return RawHttp2.server(server.accept());
  }

  @Test
  void streamsAboveTheLastOfAGoAwayWereNotProcessed() throws Exception {
    Attempt first = pool.send("POST");
    try (RawHttp2 host = accept()) {
      assertThat(host.read(RawHttp2.HEADERS).stream()).isEqualTo(3);
      Attempt second = pool.send("POST");
      assertThat(host.read(RawHttp2.HEADERS).stream()).isEqualTo(5);
      host.goAway(3, 0);
      assertThat(second.outcome()).isEqualTo("reset REFUSED sent=false");
      host.send(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, 3, STATUS_200);
      assertThat(first.outcome()).isEqualTo("200 ");
      Attempt third = pool.send("POST");
      try (RawHttp2 next = accept()) {
        next.read(RawHttp2.HEADERS);
        assertThat(third.done()).isFalse();
      }
    }
  }

  @Test
  void aRefusedStreamWasNotProcessed() throws Exception {
    Attempt attempt = pool.send("POST");
    try (RawHttp2 host = accept()) {
      int stream = host.read(RawHttp2.HEADERS).stream();
      host.reset(stream, REFUSED_STREAM);
      assertThat(attempt.outcome()).isEqualTo("reset REFUSED sent=false");
    }
  }

  @Test
  void anyOtherResetMayComeFromAnExecution() throws Exception {
    Attempt attempt = pool.send("POST");
    try (RawHttp2 host = accept()) {
      host.reset(host.read(RawHttp2.HEADERS).stream(), INTERNAL_ERROR);
      assertThat(attempt.outcome()).isEqualTo("reset REMOTE_RESET sent=true");
    }
  }

  @Test
  void aConnectionThatEndsWithoutAWordMayHaveExecuted() throws Exception {
    Attempt attempt = pool.send("POST");
    try (RawHttp2 host = accept()) {
      host.read(RawHttp2.HEADERS);
      host.abort();
      assertThat(attempt.outcome()).isEqualTo("reset CONNECTION_CLOSED sent=true");
    }
  }

  @Test
  void aHostThatStopsAnsweringIsLeft() throws Exception {
    try (PoolHarness watching =
        pool(Duration.ofMillis(300), Duration.ofMillis(300), Duration.ofSeconds(15))) {
      Attempt attempt = watching.send("GET");
      try (RawHttp2 host = accept()) {
        host.read(RawHttp2.HEADERS);
        assertThat(attempt.outcome()).isEqualTo("reset KEEPALIVE_TIMEOUT sent=true");
      }
    }
  }

  @Test
  void aHostThatAnswersPingsIsKept() throws Exception {
    try (PoolHarness watching =
        pool(Duration.ofMillis(100), Duration.ofSeconds(15), Duration.ofSeconds(15))) {
      Attempt attempt = watching.send("GET");
      try (RawHttp2 host = accept()) {
        int stream = host.read(RawHttp2.HEADERS).stream();
        for (int i = 0; i < 4; i++) {
          host.send(RawHttp2.PING, RawHttp2.ACK, 0, host.read(RawHttp2.PING).payload());
        }
        host.send(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, stream, STATUS_200);
        assertThat(attempt.outcome()).isEqualTo("200 ");
      }
    }
  }

  @Test
  void nothingIsSentToAHostOfWhichOnlyTheKernelAnswers() {
    // The connection is never accepted: no SETTINGS.
    try (PoolHarness hasty = pool(Duration.ZERO, Duration.ZERO, Duration.ofMillis(500))) {
      assertThat(hasty.send("POST").outcome()).isEqualTo("connect TIMEOUT");
    }
  }

  @Test
  void aConnectionThatWasClosedMeanwhileTakesNoRequestThatMustNotBeRepeated() throws Exception {
    Attempt first = pool.send("POST");
    RawHttp2 host = accept();
    host.send(
        RawHttp2.HEADERS,
        RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
        host.read(RawHttp2.HEADERS).stream(),
        STATUS_200);
    assertThat(first.outcome()).isEqualTo("200 ");
    Attempt second = new Attempt();
    pool.onLoop(() -> {
      host.close();
      second.open(pool.pool(), "POST", new dev.weft.proxy.http.HeaderList());
      return true;
    });
    try (RawHttp2 next = accept()) {
      int stream = next.read(RawHttp2.HEADERS).stream();
      next.send(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, stream, STATUS_200);
      assertThat(second.outcome()).isEqualTo("200 ");
    }
  }
}
