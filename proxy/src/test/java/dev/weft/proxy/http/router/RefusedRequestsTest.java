package dev.weft.proxy.http.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RawHttp2;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a codec refuses is counted once, with its reason, and has a record like every request. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusedRequestsTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final String[] GET = {
    ":method", "GET", ":scheme", "http", ":authority", "payments.mesh", ":path", "/"
  };

  private FakeOrigin origin;
  private RoutedProxy proxy;

  @BeforeAll
  void start() {
    origin = FakeOrigin.http1(Script.hang());
    proxy = new RoutedProxy(1, HttpProtocol.HTTP1);
    proxy.serve(
        Configs.outbound(),
        Configs.OUTLIER,
        Configs.endpoints(new int[] {origin.port()}, new int[0]));
  }

  @BeforeEach
  void clear() {
    proxy.records.clear();
  }

  @AfterAll
  void stop() {
    proxy.close();
    origin.close();
  }

  private double counted(String reason) {
    return proxy.registry.find("weft.requests.refused").tag("reason", reason).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private double refused() {
    return proxy.registry.find("weft.requests.refused").counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private double answered(String codeClass) {
    return proxy
        .registry
        .find("weft.requests")
        .tag("upstream", "none")
        .tag("code_class", codeClass)
        .tag("flag", "DPE")
        .counters()
        .stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private RequestRecord only() {
    await().atMost(LONG).until(() -> !proxy.records.isEmpty());
    assertThat(proxy.records).hasSize(1);
    return proxy.records.getFirst();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "http1.codec_error, 400, GET / HTTP/3.0|host: a||",
        "http1.codec_error, 400, G@T / HTTP/1.1|host: a||",
        "http1.codec_error, 400, POST / HTTP/1.1|host: a|content-length: x||",
        "http1.invalid_url, 400, GET /a#b HTTP/1.1|host: a||",
        "http1.invalid_characters, 400, GET / HTTP/1.1|host: a|x y: a||",
        "http1.invalid_transfer_encoding, 400, POST / HTTP/1.1|host: a|transfer-encoding: gzip||",
        "http1.content_length_and_chunked_not_allowed, 400, POST / HTTP/1.1|host: a|content-length: 1|transfer-encoding: chunked||",
        "missing_host_header, 400, GET / HTTP/1.1||",
        "invalid_authority, 400, GET / HTTP/1.1|host: u@a||",
        "http1.too_many_headers, 431, MANY",
        "http1.headers_too_large, 431, LARGE",
      })
  void anHttp1Refusal(String reason, int status, String request) throws Exception {
    String text =
        switch (request) {
          case "MANY" -> "GET / HTTP/1.1|host: a|" + "x: a|".repeat(150) + "|";
          case "LARGE" -> "GET / HTTP/1.1|host: a|x: " + "a".repeat(70_000) + "||";
          default -> request;
        };
    double before = counted(reason);
    double all = refused();
    double requests = answered("4xx");
    try (RawClient client = proxy.connect()) {
      client.send(text.replace("|", "\r\n"));
      assertThat(client.read().status()).isEqualTo(status);
    }
    RequestRecord record = only();
    assertThat(record.status()).isEqualTo(status);
    assertThat(record.flags()).isEqualTo("DPE");
    assertThat(record.details()).startsWith(reason + "{");
    assertThat(record.listener()).isEqualTo("outbound");
    assertThat(counted(reason)).isEqualTo(before + 1);
    assertThat(refused()).isEqualTo(all + 1);
    assertThat(answered("4xx")).isEqualTo(requests + 1);
  }

  @Test
  void aBrokenChunkIsTheRequestsOwnEnd() throws Exception {
    double before = refused();
    try (RawClient client = proxy.connect()) {
      client
          .send("POST /x HTTP/1.1\r\nhost: payments.mesh\r\ntransfer-encoding: chunked\r\n\r\n")
          .send("nonsense\r\n");
      assertThat(client.read().status()).isEqualTo(400);
    }
    RequestRecord record = only();
    assertThat(record.path()).isEqualTo("/x");
    assertThat(record.status()).isEqualTo(400);
    assertThat(record.flags()).isEqualTo("DPE");
    assertThat(record.details()).isEqualTo("http1.codec_error");
    assertThat(refused()).isEqualTo(before + 1);
  }

  @ParameterizedTest
  @CsvSource({
    "http2.violation.of.messaging.rule, :scheme http :authority a :path /",
    "http2.violation.of.messaging.rule, :method GET :scheme http :authority a :path / :other x",
    "missing_host_header, :method GET :scheme http :path /",
    "invalid_authority, :method GET :scheme http :authority u@a :path /",
    "http2.invalid.header.field, :method GET :scheme http :authority a :path / x(y) a",
  })
  void anHttp2StreamRefusal(String reason, String request) throws Exception {
    double before = counted(reason);
    double all = refused();
    try (RawHttp2 client = RawHttp2.client(proxy.port())) {
      client.headers(1, true, request.split(" "));
      client.read(RawHttp2.RST_STREAM);
      RequestRecord record = only();
      assertThat(record.protocol()).isEqualTo("HTTP/2");
      assertThat(record.status()).isZero();
      assertThat(record.flags()).isEqualTo("DPE");
      assertThat(record.details()).startsWith(reason + "{");
      assertThat(counted(reason)).isEqualTo(before + 1);
      assertThat(refused()).isEqualTo(all + 1);
    }
  }

  @Test
  void tooManyHttp2HeadersByNumberAndBySize() throws Exception {
    double before = counted("http2.too_many_headers");
    String[] many = java.util.Arrays.copyOf(GET, GET.length + 2 * 150);
    java.util.Arrays.fill(many, GET.length, many.length, "x");
    try (RawHttp2 client = RawHttp2.client(proxy.port())) {
      client.headers(1, true, many);
      client.read(RawHttp2.RST_STREAM);
      assertThat(only().details()).startsWith("http2.too_many_headers{");
    }
    assertThat(counted("http2.too_many_headers")).isEqualTo(before + 1);
  }

  @Test
  void anHttp2StreamThatGoesOnWronglyEndsItsRequest() throws Exception {
    double before = refused();
    try (RawHttp2 client = RawHttp2.client(proxy.port())) {
      String[] post = java.util.Arrays.copyOf(GET, GET.length + 2);
      post[1] = "POST";
      post[8] = "content-length";
      post[9] = "5";
      client.headers(1, false, post).send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, (byte) 'a');
      client.read(RawHttp2.RST_STREAM);
      RequestRecord record = only();
      assertThat(record.method()).isEqualTo("POST");
      assertThat(record.flags()).isEqualTo("DPE");
      assertThat(record.details()).isEqualTo("http2.violation.of.messaging.rule");
    }
    assertThat(refused()).isEqualTo(before + 1);
  }

  @Test
  void aConnectionErrorEndsTheRequestsOfTheConnection() throws Exception {
    double before = counted("http2.protocol_error");
    try (RawHttp2 client = RawHttp2.client(proxy.port())) {
      client.headers(1, true, GET);
      await().atMost(LONG).until(() -> !origin.requests().isEmpty());
      // DATA on stream 0 (RFC 9113 section 6.1).
      client.send(RawHttp2.DATA, 0, 0, (byte) 'a');
      client.typesToTheEnd();
    }
    await().atMost(LONG).until(() -> proxy.records.size() == 2);
    assertThat(proxy.records).extracting(RequestRecord::flags).containsExactly("DPE", "DPE");
    assertThat(proxy.records.getLast().details()).startsWith("http2.protocol_error{");
    assertThat(counted("http2.protocol_error")).isEqualTo(before + 1);
  }
}
