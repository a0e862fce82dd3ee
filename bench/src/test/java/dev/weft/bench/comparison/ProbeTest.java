package dev.weft.bench.comparison;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProbeTest {
  private static final String TOKEN = "Authorization: Bearer secret";

  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/1k",
        exchange -> {
          boolean known =
              "Bearer secret".equals(exchange.getRequestHeaders().getFirst("authorization"));
          exchange.sendResponseHeaders(known ? 200 : 401, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void require(List<String> headers, int status) throws IOException {
    new Probe("a token", "/1k", headers, status).require("weft", server.getAddress().getPort());
  }

  @Test
  void takesWhatItWants() {
    assertThatCode(() -> require(List.of(TOKEN), 200)).doesNotThrowAnyException();
    assertThatCode(() -> require(List.of(), 401)).doesNotThrowAnyException();
  }

  @Test
  void tellsWhoAnswersOtherwiseAndNoToken() {
    assertThatThrownBy(() -> require(List.of(TOKEN), 403))
        .isInstanceOf(IOException.class)
        .hasMessage("weft answers a token with \"HTTP/1.1 200\" instead of 403");
  }
}
