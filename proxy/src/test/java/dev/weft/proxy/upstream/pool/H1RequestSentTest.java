package dev.weft.proxy.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.PoolHarness;
import dev.weft.proxy.testing.PoolHarness.Attempt;
import dev.weft.proxy.testing.TestConfigs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What an HTTP/1.1 attempt says of itself when its host fails: the truth that decides on repeating.
 */
class H1RequestSentTest {

  private static PoolHarness pool(int port) {
    return new PoolHarness(TestConfigs.target(port, HttpProtocol.HTTP1));
  }

  private static ServerSocket listen(int backlog) throws IOException {
    return new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
  }

  @Test
  void nothingWasSentToAHostThatRefuses() throws Exception {
    // Bound and not listening: nobody else can be given the port meanwhile.
    try (Socket unheard = new Socket()) {
      unheard.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (PoolHarness pool = pool(unheard.getLocalPort())) {
        assertThat(pool.send("POST").outcome()).isEqualTo("connect REFUSED");
      }
    }
  }

  @Test
  void nothingWasSentToAHostThatDoesNotAcceptInTime() throws Exception {
    try (ServerSocket full = listen(1)) {
      List<Socket> filling = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Socket socket = new Socket();
        try {
          socket.connect(new InetSocketAddress(full.getInetAddress(), full.getLocalPort()), 100);
        } catch (IOException e) {
          // The queue is full, which is what we want.
        }
        filling.add(socket);
      }
      try (PoolHarness pool =
          new PoolHarness(
              TestConfigs.target(
                  full.getLocalPort(),
                  HttpProtocol.HTTP1,
                  null,
                  TestConfigs.HTTP2,
                  Duration.ofSeconds(1)))) {
        assertThat(pool.send("POST").outcome()).isEqualTo("connect TIMEOUT");
      } finally {
        for (Socket socket : filling) {
          socket.close();
        }
      }
    }
  }

  @Test
  void aRequestThatLeftMayHaveBeenExecuted() {
    try (FakeOrigin origin = FakeOrigin.http1(Script.reset());
        PoolHarness pool = pool(origin.port())) {
      assertThat(pool.send("POST").outcome()).isEqualTo("reset CONNECTION_CLOSED sent=true");
      origin.script(Script.close());
      assertThat(pool.send("POST").outcome()).isEqualTo("reset CONNECTION_CLOSED sent=true");
      origin.script(Script.closeMidBody());
      assertThat(pool.send("GET").outcome()).isEqualTo("reset CONNECTION_CLOSED sent=true");
    }
  }

  @Test
  void anIdleConnectionThatTheHostHasClosedTakesNoRequestThatMustNotBeRepeated() {
    try (FakeOrigin origin = FakeOrigin.http1(Script.ok("x"));
        PoolHarness pool = pool(origin.port())) {
      for (int i = 0; i < 20; i++) {
        assertThat(pool.send("POST").outcome()).isEqualTo("200 x");
        Attempt next = new Attempt();
        // The loop does not see the end of the connection: it is busy until the request is made.
        pool.onLoop(() -> {
          origin.closeConnections();
          next.open(pool.pool(), "POST", new HeaderList());
          return true;
        });
        assertThat(next.outcome()).isEqualTo("200 x");
      }
    }
  }

  @Test
  void aHeadThatLeftOnlyInPartWasNotUnderstood() throws Exception {
    try (ServerSocket server = new ServerSocket()) {
      server.setReceiveBufferSize(4096);
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (PoolHarness pool = pool(server.getLocalPort())) {
        HeaderList large = new HeaderList();
        for (int i = 0; i < 200; i++) {
          large.add("x-large", "v".repeat(60_000));
        }
        Attempt attempt = pool.send("POST", large);
        try (Socket accepted = server.accept()) {
          attempt.started();
          accepted.getInputStream().readNBytes(100_000);
          accepted.setSoLinger(true, 0);
        }
        assertThat(attempt.outcome()).isEqualTo("reset CONNECTION_CLOSED sent=false");
      }
    }
  }

  @Test
  void aBrokenAnswerIsAProtocolError() throws Exception {
    try (ServerSocket server = listen(10);
        PoolHarness pool = pool(server.getLocalPort())) {
      for (String answer :
          List.of(
              "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 3\r\n\r\nabc",
              "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\nabc",
              "HTTP/1.1 200 OK\ncontent-length: 0\r\n\r\n",
              "HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n",
              "SSH-2.0-OpenSSH\r\n\r\n",
              "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")) {
        Attempt attempt = pool.send("GET");
        try (Socket accepted = server.accept()) {
          attempt.started();
          accepted
              .getOutputStream()
              .write(answer.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
          assertThat(attempt.outcome()).isEqualTo("reset PROTOCOL_ERROR sent=true");
        }
      }
    }
  }

  @Test
  void aWithdrawnAttemptHearsNothing() {
    try (FakeOrigin origin = FakeOrigin.http1(Script.ok("x"));
        PoolHarness pool = pool(origin.port())) {
      Attempt withdrawn = new Attempt();
      pool.onLoop(() -> {
        withdrawn.open(pool.pool(), "GET", new HeaderList());
        withdrawn.pending().cancel();
        return true;
      });
      assertThat(pool.send("GET").outcome()).isEqualTo("200 x");
      assertThat(withdrawn.done()).isFalse();
      assertThat(origin.requests()).hasSize(1);
    }
  }

  @Test
  void connectionsAreReusedAndDrained() {
    try (FakeOrigin origin = FakeOrigin.http1(Script.ok("x"));
        PoolHarness pool = pool(origin.port())) {
      for (int i = 0; i < 5; i++) {
        assertThat(pool.send("GET").outcome()).isEqualTo("200 x");
      }
      assertThat(origin.accepted()).isEqualTo(1);
      pool.onLoop(() -> {
        pool.pool().drain();
        return true;
      });
      await().until(() -> origin.open() == 0);
      assertThat(pool.<Integer>onLoop(() -> pool.pool().connections())).isZero();
    }
  }
}
