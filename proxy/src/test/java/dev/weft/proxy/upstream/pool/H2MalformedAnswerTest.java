package dev.weft.proxy.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.testing.PoolHarness;
import dev.weft.proxy.testing.PoolHarness.Attempt;
import dev.weft.proxy.testing.RawHttp2;
import dev.weft.proxy.testing.TestConfigs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a host may not say over HTTP/2 ends the attempt, as the host's fault. */
class H2MalformedAnswerTest {
  private static final String MALFORMED = "reset PROTOCOL_ERROR sent=true";
  private static final byte STATUS_200 = (byte) 0x88;

  private ServerSocket server;
  private PoolHarness pool;
  private RawHttp2 host;
  private int stream;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    pool = new PoolHarness(TestConfigs.target(server.getLocalPort(), HttpProtocol.HTTP2));
  }

  @AfterEach
  void stop() throws IOException {
    pool.close();
    host.close();
    server.close();
  }

  private Attempt asked(String method) throws IOException {
    Attempt attempt = pool.send(method);
    host = RawHttp2.server(server.accept());
    stream = host.read(RawHttp2.HEADERS).stream();
    return attempt;
  }

  @Test
  void aNameInUpperCase() throws Exception {
    Attempt attempt = asked("GET");
    host.headers(stream, true, ":status", "200", "X-Upper", "a");
    assertThat(attempt.outcome()).isEqualTo(MALFORMED);
  }

  @Test
  void aFaultOfTheConnection() throws Exception {
    Attempt attempt = asked("GET");
    host.send(RawHttp2.PING, 0, 0, (byte) 0);
    assertThat(attempt.outcome()).isEqualTo(MALFORMED);
  }

  @Test
  void aStreamOfTheHostsOwn() throws Exception {
    Attempt attempt = asked("GET");
    host.send(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2, STATUS_200);
    assertThat(attempt.outcome()).isEqualTo(MALFORMED);
  }

  @Test
  void nothingButAnInformationalHead() throws Exception {
    Attempt attempt = asked("GET");
    host.headers(stream, true, ":status", "103");
    assertThat(attempt.outcome()).isEqualTo(MALFORMED);
  }

  @Test
  void aLengthWithoutABody() throws Exception {
    Attempt attempt = asked("GET");
    host.headers(stream, true, ":status", "200", "content-length", "3");
    assertThat(attempt.outcome()).isEqualTo(MALFORMED);
  }

  @Test
  void aLengthAndAnEmptyBody() throws Exception {
    Attempt attempt = asked("GET");
    host.headers(stream, false, ":status", "200", "content-length", "3");
    host.send(RawHttp2.DATA, RawHttp2.END_STREAM, stream);
    assertThat(attempt.outcome()).isEqualTo(MALFORMED);
  }

  @Test
  void aLengthAndTrailersAlone() throws Exception {
    Attempt attempt = asked("GET");
    host.headers(stream, false, ":status", "200", "content-length", "3");
    host.headers(stream, true, "x-sum", "1");
    assertThat(attempt.outcome()).isEqualTo(MALFORMED);
  }

  @Test
  void aBodyWhereNoneMayBe() throws Exception {
    Attempt attempt = asked("GET");
    host.headers(stream, false, ":status", "204");
    host.send(RawHttp2.DATA, RawHttp2.END_STREAM, stream, (byte) 'a');
    assertThat(attempt.outcome()).isEqualTo(MALFORMED);
  }

  @Test
  void aLengthWhereNoBodyMayBe() throws Exception {
    Attempt attempt = asked("GET");
    host.headers(stream, true, ":status", "204", "content-length", "3");
    assertThat(attempt.outcome()).isEqualTo(MALFORMED);
  }

  @Test
  void aLengthBehindTheBody() throws Exception {
    Attempt attempt = asked("GET");
    host.headers(stream, false, ":status", "200");
    host.headers(stream, true, "content-length", "3");
    assertThat(attempt.outcome()).isEqualTo(MALFORMED);
  }

  @Test
  void aHostThatCallsTheRequestMalformed() throws Exception {
    Attempt attempt = asked("GET");
    host.reset(stream, 1);
    assertThat(attempt.outcome()).isEqualTo(MALFORMED);
  }

  @Test
  void theLengthOfWhatHeadDoesNotGetIsNone() throws Exception {
    Attempt attempt = asked("HEAD");
    host.headers(stream, true, ":status", "200", "content-length", "3");
    assertThat(attempt.outcome()).isEqualTo("200 ");
  }
}
