package dev.weft.proxy.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawHttp2;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Malformed HTTP/2 requests end their stream and nothing else (RFC 9113 section 8). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http2StrictnessTest {
  private static final int PROTOCOL_ERROR = 1;
  private static final int STREAM_CLOSED = 5;

  private FakeOrigin origin;
  private RunningProxy proxy;

  @BeforeAll
  void start() {
    origin = FakeOrigin.http1(Script.echo());
    proxy =
        new RunningProxy(1, () -> TestConfigs.target(origin.port(), HttpProtocol.HTTP1))
            .serve(TestConfigs.plaintext(1, TestConfigs.http()));
  }

  @AfterAll
  void stop() {
    proxy.close();
    origin.close();
  }

  private RawHttp2 connect() throws Exception {
    return RawHttp2.client(proxy.port("main"));
  }

  private static void get(RawHttp2 client, int stream) throws Exception {
    client.headers(
        stream, true, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/");
    RawHttp2.Frame answer = client.read(RawHttp2.HEADERS);
    assertThat(answer.stream()).isEqualTo(stream);
    assertThat(answer.payload()[0]).isEqualTo((byte) 0x88);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ":scheme http :authority a :path /",
        ":method GET :authority a :path /",
        ":method GET :scheme http :authority a",
        ":method GET :scheme http :path /",
        ":method GET :scheme http :authority a :path",
        ":method GET :scheme http :authority a :path a",
        ":method GET :scheme http :authority a :path /a#b",
        ":method GET :scheme http :authority u@a :path /",
        ":method GET :scheme http :authority a :path / host b",
        ":method GET :scheme http :authority a :path / X-Upper a",
        ":method GET :scheme http :authority a :path / connection close",
        ":method GET :scheme http :authority a :path / transfer-encoding chunked",
        ":method GET :scheme http :authority a :path / te gzip",
        ":method GET :scheme http :authority a :path / x(y) a",
        ":method GET :scheme http :authority a :path / x a\rb",
        ":method GET :method GET :scheme http :authority a :path /",
        ":method GET :scheme http :authority a x y :path /",
        ":method GET :scheme http :authority a :path / :other x",
        ":method G(T :scheme http :authority a :path /",
        ":method CONNECT :authority a:443",
      })
  void malformedRequestsEndTheirStreamOnly(String request) throws Exception {
    origin.requests().clear();
    String[] fields = request.split(" ");
    try (RawHttp2 client = connect()) {
      client.headers(1, true, fields.length % 2 == 0 ? fields : padded(fields));
      RawHttp2.Frame reset = client.read(RawHttp2.RST_STREAM);
      assertThat(reset.stream()).isEqualTo(1);
      assertThat(reset.uint32(0)).isEqualTo(PROTOCOL_ERROR);
      assertThat(origin.requests()).isEmpty();
      get(client, 3);
    }
  }

  private static String[] padded(String[] fields) {
    String[] padded = java.util.Arrays.copyOf(fields, fields.length + 1);
    padded[fields.length] = "";
    return padded;
  }

  @Test
  void aBodyThatDoesNotMatchItsLengthEndsTheStream() throws Exception {
    try (RawHttp2 client = connect()) {
      client
          .headers(
              1,
              false,
              ":method",
              "POST",
              ":scheme",
              "http",
              ":authority",
              "a",
              ":path",
              "/",
              "content-length",
              "5")
          .send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, (byte) 'a');
      assertThat(client.read(RawHttp2.RST_STREAM).uint32(0)).isEqualTo(PROTOCOL_ERROR);
      get(client, 3);
    }
  }

  @Test
  void nothingMayFollowTheEndOfARequest() throws Exception {
    origin.script(Script.hang());
    try (RawHttp2 client = connect()) {
      String[] request = {":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/"};
      client.headers(1, true, request).headers(1, true, "x-trailer", "a");
      assertThat(client.read(RawHttp2.RST_STREAM).uint32(0)).isIn(PROTOCOL_ERROR, STREAM_CLOSED);
      origin.script(Script.echo());
      get(client, 3);
    } finally {
      origin.script(Script.echo());
    }
  }

  @Test
  void tooManyHeadersEndTheStream() throws Exception {
    String[] fields = new String[8 + 2 * 60];
    String[] begin = {":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/"};
    for (int i = 0; i < fields.length; i++) {
      fields[i] = i < 8 ? begin[i] : "x";
    }
    try (RawHttp2 client = connect()) {
      client.headers(1, true, fields);
      client.read(RawHttp2.RST_STREAM);
      get(client, 3);
    }
  }

  @Test
  void cookieCrumbsAreJoined() throws Exception {
    origin.requests().clear();
    try (RawHttp2 client = connect()) {
      client.headers(
          1,
          true,
          ":method",
          "GET",
          ":scheme",
          "http",
          ":authority",
          "a",
          ":path",
          "/",
          "cookie",
          "a=1",
          "cookie",
          "b=2");
      client.read(RawHttp2.HEADERS);
      assertThat(origin.requests().getFirst().header("cookie")).isEqualTo("a=1; b=2");
    }
  }

  @Test
  void aFloodOfResetsEndsTheConnection() throws Exception {
    // Of its own: what is still on its way would be taken for a request of another test.
    try (FakeOrigin flooded = FakeOrigin.http1(Script.echo());
        RunningProxy between =
            new RunningProxy(1, () -> TestConfigs.target(flooded.port(), HttpProtocol.HTTP1))
                .serve(TestConfigs.plaintext(1, TestConfigs.http()));
        RawHttp2 client = RawHttp2.client(between.port("main"))) {
      for (int stream = 1; stream < 2 * 2_500; stream += 2) {
        try {
          client.headers(
              stream, true, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/");
          client.reset(stream, 8);
        } catch (java.io.IOException closed) {
          break;
        }
      }
      assertThat(client.typesToTheEnd()).isNotNull();
    }
  }
}
