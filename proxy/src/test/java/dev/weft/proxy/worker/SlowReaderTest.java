package dev.weft.proxy.worker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who does not read makes nothing grow: the writer on the other side stops when the buffers between
 * them are full, which are the kernel's and the configured ones, and goes on when it is read.
 * "direct" is HTTP/1.1 through one proxy, "between" is two proxies with HTTP/2 between them.
 */
class SlowReaderTest {
  private static final long SIZE = 1L << 30;

  /** Three hops with two sockets each, as large as kernels let them grow. */
  private static final long MOST = 96L << 20;

  private static final byte[] PIECE = new byte[64 * 1024];
  private static final String UPGRADE = "connection: Upgrade\r\nupgrade: websocket\r\n";

  private static void write(Socket to, AtomicLong count) {
    try {
      OutputStream out = to.getOutputStream();
      while (count.get() < SIZE) {
        out.write(PIECE);
        count.addAndGet(PIECE.length);
      }
    } catch (IOException e) {
      // The test has ended.
    }
  }

  private static void head(Socket from) throws IOException {
    int seen = 0;
    while (seen < 4) {
      int b = from.getInputStream().read();
      seen = b == (seen % 2 == 0 ? '\r' : '\n') ? seen + 1 : b == '\r' ? 1 : 0;
    }
  }

  private static long stalled(AtomicLong count) {
    AtomicLong last = new AtomicLong(-1);
    await()
        .pollInterval(Duration.ofMillis(400))
        .atMost(Duration.ofSeconds(40))
        .until(() -> count.get() > 0 && last.getAndSet(count.get()) == count.get());
    return count.get();
  }

  @ParameterizedTest
  @CsvSource({
    "direct, response, false",
    "direct, request, false",
    "direct, response, true",
    "direct, request, true",
    "between, response, false",
    "between, request, false",
    "between, response, true",
    "between, request, true"
  })
  void aWriterWaitsForItsReader(String way, String direction, boolean upgrade) throws Exception {
    boolean response = direction.equals("response");
    try (ServerSocket origin = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        RunningProxy direct =
            new RunningProxy(1, () -> TestConfigs.target(origin.getLocalPort(), HttpProtocol.HTTP1))
                .serve(TestConfigs.plaintext(1, TestConfigs.http()));
        RunningProxy between =
            new RunningProxy(1, () -> TestConfigs.target(direct.port("main"), HttpProtocol.HTTP2))
                .serve(TestConfigs.plaintext(1, TestConfigs.http()));
        Socket client =
            new Socket(
                InetAddress.getLoopbackAddress(),
                (way.equals("direct") ? direct : between).port("main"))) {
      AtomicLong written = new AtomicLong();
      client
          .getOutputStream()
          .write(
              ("POST /ws HTTP/1.1\r\nhost: a\r\n"
                      + (upgrade ? UPGRADE : response ? "" : "content-length: " + SIZE + "\r\n")
                      + "\r\n")
                  .getBytes(ISO_8859_1));
      try (Socket accepted = origin.accept()) {
        head(accepted);
        String answer =
            upgrade
                ? "HTTP/1.1 101 Switching Protocols\r\n" + UPGRADE + "\r\n"
                : response ? "HTTP/1.1 200 OK\r\ncontent-length: " + SIZE + "\r\n\r\n" : "";
        accepted.getOutputStream().write(answer.getBytes(ISO_8859_1));
        if (upgrade) {
          head(client);
        }
        Socket writer = response ? accepted : client;
        Socket reader = response ? client : accepted;
        Thread.ofVirtual().start(() -> write(writer, written));
        long before = stalled(written);
        assertThat(before).isLessThan(MOST);
        for (long read = 0; read < before + PIECE.length; ) {
          read += reader.getInputStream().readNBytes(PIECE.length).length;
        }
        await().atMost(Duration.ofSeconds(40)).until(() -> written.get() > before);
      }
    }
  }
}
