package dev.weft.cli.demo.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * One instance of a demo service. {@code GET /health} answers 200; {@code PUT
 * /service-time?millis=N} sets how long a request takes; every other path is executed: logged,
 * waited for, and, where a next service is given, passed on to it.
 */
public final class SampleApp {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final int WARM_UP_REQUESTS = 500;
  private static final byte[] WARM_UP =
      "POST /warm-up HTTP/1.1\r\nhost: localhost\r\nx-request-id: warm-up\r\ncontent-length: 2\r\n\r\n{}"
          .getBytes(UTF_8);
  private static final Duration NEXT_TIMEOUT = Duration.ofSeconds(10);

  private final Settings settings;
  private final Clock clock = Clock.systemUTC();
  private volatile long serviceTimeMillis;
  private volatile boolean ready;

  private SampleApp(Settings settings) {
    this.settings = settings;
  }

  /** Called by the JVM. */
  public static void main(String... args) {
    try {
      new SampleApp(Settings.of(args)).serve();
    } catch (IllegalArgumentException | IOException e) {
      System.err.println("sample application: " + e.getMessage());
      System.exit(1);
    }
  }

  private void serve() throws IOException {
    ExecutionLog executed = new ExecutionLog(settings.log());
    HttpClient client = settings.next() == null ? null : client();
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, settings.port()), 1024);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/health", this::health);
    server.createContext("/service-time", this::setServiceTime);
    server.createContext("/", exchange -> execute(exchange, executed, client));
    if (client == null) {
      warmUp(server);
    } else {
      server.start();
    }
    ready = true;
  }

  /**
   * Asks itself until its code is compiled: one that dies between reading a request and logging it
   * would leave nobody the wiser, and interpreted that takes milliseconds.
   */
  private void warmUp(HttpServer server) throws IOException {
    Path file = settings.log().resolveSibling("warm-up.log");
    try (ExecutionLog scratch = new ExecutionLog(file)) {
      HttpContext context =
          server.createContext("/warm-up", exchange -> execute(exchange, scratch, null));
      server.start();
      try (Socket socket = new Socket(LOOPBACK, settings.port())) {
        byte[] answer = new byte[4096];
        for (int i = 0; i < WARM_UP_REQUESTS; i++) {
          socket.getOutputStream().write(WARM_UP);
          // Small answers on loopback come in one piece or two; what is left is read with the next.
          if (socket.getInputStream().read(answer) < 0) {
            throw new IOException("no answer while warming up");
          }
        }
      }
      server.removeContext(context);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private void health(HttpExchange exchange) throws IOException {
    answer(
        exchange, ready ? 200 : 503, ready ? "{\"status\":\"ok\"}" : "{\"status\":\"warming up\"}");
  }

  /** For the next service; TLS is the sidecar's business, so this one trusts nobody. */
  private HttpClient client() throws IOException {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(noTls())
            .connectTimeout(Duration.ofSeconds(2));
    if (settings.sidecarPort() != 0) {
      builder.proxy(ProxySelector.of(new InetSocketAddress(LOOPBACK, settings.sidecarPort())));
    }
    return builder.build();
  }

  /** The default would read the JDK's certificate authorities at each start. */
  private static SSLContext noTls() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[0], new TrustManager[0], null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("every JDK has TLS", e);
    }
  }

  private void execute(HttpExchange exchange, ExecutionLog executed, @Nullable HttpClient client)
      throws IOException {
    String method = exchange.getRequestMethod().toUpperCase(Locale.ROOT);
    String sent = exchange.getRequestHeaders().getFirst("x-request-id");
    String id = sent == null ? UUID.randomUUID().toString() : sent;
    executed.executed(clock.millis(), method, id);
    exchange.getRequestBody().readAllBytes();
    try {
      TimeUnit.MILLISECONDS.sleep(serviceTimeMillis);
      URI target = settings.next();
      if (target == null || client == null) {
        answer(exchange, 200, "{" + self(id) + "}");
        return;
      }
      HttpResponse<String> response =
          client.send(nextRequest(target, method, id), HttpResponse.BodyHandlers.ofString());
      String shown = response.statusCode() == 200 ? response.body() : quoted(response.body());
      answer(exchange, response.statusCode(), "{" + self(id) + ",\"next\":" + shown + "}");
    } catch (IOException e) {
      answer(exchange, 502, "{" + self(id) + ",\"error\":" + quoted(String.valueOf(e)) + "}");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static HttpRequest nextRequest(URI target, String method, String id) {
    HttpRequest.BodyPublisher body =
        method.equals("POST")
            ? HttpRequest.BodyPublishers.ofString("{\"amount\":1}")
            : HttpRequest.BodyPublishers.noBody();
    return HttpRequest.newBuilder(target)
        .method(method, body)
        .header("x-request-id", id)
        .header("content-type", "application/json")
        .timeout(NEXT_TIMEOUT)
        .build();
  }

  private String self(String id) {
    return String.format(
        Locale.ROOT,
        "\"service\":%s,\"instance\":%s,\"cluster\":%s,\"requestId\":%s",
        quoted(settings.service()),
        quoted(settings.instance()),
        quoted(settings.cluster()),
        quoted(id));
  }

  private void setServiceTime(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getQuery();
    if (query == null || !query.matches("millis=\\d{1,5}")) {
      answer(exchange, 400, "{\"error\":\"expected ?millis=0 to 99999\"}");
      return;
    }
    serviceTimeMillis = Long.parseLong(query.substring("millis=".length()));
    answer(exchange, 200, "{\"serviceTimeMillis\":" + serviceTimeMillis + "}");
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = (json + "\n").getBytes(UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/json");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append(' ');
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
