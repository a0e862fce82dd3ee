package dev.weft.proxy.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.testing.PoolHarness;
import dev.weft.proxy.testing.PoolHarness.Attempt;
import dev.weft.proxy.testing.TestConfigs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/**
 * What the end of an application on this machine says of a request that it was sent: Linux answers
 * with a reset when bytes were left unread, and with an ordinary end when they were not.
 */
class UnreadRequestTest {
  private static final String UNREAD = "reset CONNECTION_CLOSED sent=false";
  private static final String MAY_HAVE_BEEN_READ = "reset CONNECTION_CLOSED sent=true";

  @Test
  void anApplicationThatDiedBeforeItReadARequestHasNotSeenIt() throws Exception {
    ServerSocket application = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    try (PoolHarness pool = pool(application)) {
      Attempt attempt = pool.send("POST");
      Socket accepted = application.accept();
      awaitUnread(accepted);

      endByReset(accepted);
      die(application, accepted);

      assertThat(attempt.outcome()).isEqualTo(UNREAD);
    }
  }

  @Test
  void aConnectionThatWasNeverAcceptedWasNotRead() throws Exception {
    ServerSocket application = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    try (PoolHarness pool = pool(application)) {
      Attempt attempt = pool.send("POST");
      attempt.started();

      application.close();

      assertThat(attempt.outcome()).isEqualTo(UNREAD);
    }
  }

  @Test
  void anApplicationThatDiedAfterItReadTheRequestMayHaveExecutedIt() throws Exception {
    ServerSocket application = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    try (PoolHarness pool = pool(application)) {
      Attempt attempt = pool.send("POST");
      Socket accepted = application.accept();
      readAll(accepted);

      die(application, accepted);

      assertThat(attempt.outcome()).isEqualTo(MAY_HAVE_BEEN_READ);
    }
  }

  @Test
  void anApplicationThatLivesMayHaveExecutedWhateverItResets() throws Exception {
    try (ServerSocket application = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        PoolHarness pool = pool(application)) {
      Attempt attempt = pool.send("POST");
      Socket accepted = application.accept();
      awaitUnread(accepted);

      endByReset(accepted);
      accepted.close();

      assertThat(attempt.outcome()).isEqualTo(MAY_HAVE_BEEN_READ);
    }
  }

  @Test
  void aRequestTooLargeForOneReadMayHaveBegunToExecute() throws Exception {
    ServerSocket application = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    try (PoolHarness pool = pool(application)) {
      Attempt attempt = pool.send("POST", new HeaderList().add("x-large", "x".repeat(5000)));
      Socket accepted = application.accept();
      awaitUnread(accepted);

      endByReset(accepted);
      die(application, accepted);

      assertThat(attempt.outcome()).isEqualTo(MAY_HAVE_BEEN_READ);
    }
  }

  @Test
  void aRequestThatCrossedTheEndOfAnIdleConnectionWasNotRead() throws Exception {
    ServerSocket application = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    try (PoolHarness pool = pool(application)) {
      Attempt first = pool.send("GET");
      Socket accepted = application.accept();
      readAll(accepted);
      accepted
          .getOutputStream()
          .write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".getBytes("US-ASCII"));
      assertThat(first.outcome()).isEqualTo("200 ");

      // On the loop, so that the loop cannot see the end of the connection before it uses it.
      Attempt second = new Attempt();
      pool.onLoop(() -> {
        die(application, accepted);
        second.open(pool.pool(), "GET", new HeaderList());
        return true;
      });

      assertThat(second.outcome()).isEqualTo(UNREAD);
    }
  }

  private static PoolHarness pool(ServerSocket application) {
    return new PoolHarness(TestConfigs.target(application.getLocalPort(), HttpProtocol.HTTP1));
  }

  /** As the kernel does for a killed process, listener and all. */
  private static void die(ServerSocket application, Socket accepted) throws IOException {
    application.close();
    accepted.close();
  }

  /** What the kernel does at a process's end; the JDK would send an ordinary end first. */
  private static void endByReset(Socket accepted) throws IOException {
    accepted.setSoLinger(true, 0);
  }

  private static void awaitUnread(Socket accepted) throws IOException {
    while (accepted.getInputStream().available() == 0) {
      Thread.onSpinWait();
    }
  }

  private static void readAll(Socket accepted) throws IOException {
    awaitUnread(accepted);
    byte[] buffer = new byte[64 * 1024];
    int read = accepted.getInputStream().read(buffer);
    assertThat(new String(buffer, 0, read, "US-ASCII")).endsWith("\r\n\r\n");
  }
}
