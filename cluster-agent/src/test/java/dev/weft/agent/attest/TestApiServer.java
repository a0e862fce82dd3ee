package dev.weft.agent.attest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.weft.policy.identity.TrustDomain;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * What an agent asks of a Kubernetes API server, over HTTPS and for a token, with whatever answer a
 * test wants.
 */
final class TestApiServer implements AutoCloseable {
  static final String TOKEN = "agents-own-token";
  private static final String PASSWORD = "in memory only";

  /** How often keys were asked for. */
  final AtomicInteger asked = new AtomicInteger();

  /** The reviews that were asked for, as they came. */
  final ConcurrentLinkedQueue<String> reviews = new ConcurrentLinkedQueue<>();

  volatile String keys = "";
  volatile Review review = new Review(500, "");
  private final HttpsServer server;
  private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * The answer to reviews.
   *
   * @param code 0: none at all
   */
  record Review(int code, String body) {}

  /**
   * Makes {@code server} and {@code stranger}, each a PKCS#12 file and a certificate that vouches
   * for itself.
   */
  static void makeCertificates(Path directory) throws Exception {
    for (String name : List.of("server", "stranger")) {
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "one",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=" + name,
                  "-ext",
                  "san=ip:127.0.0.1",
                  "-validity",
                  "2",
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  directory.resolve(name + ".p12").toString(),
                  "-storepass",
                  PASSWORD)
              .redirectErrorStream(true)
              .start();
      keytool.getInputStream().readAllBytes();
      assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
      byte[] der = store(directory, name).getCertificate("one").getEncoded();
      Files.writeString(
          directory.resolve(name + ".pem"),
          "-----BEGIN CERTIFICATE-----\n"
              + Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der)
              + "\n-----END CERTIFICATE-----\n");
    }
  }

  /** Writes what an agent needs to ask it: {@code ca.pem} and {@code token}. */
  static void trust(Path certificates, Path directory) throws IOException {
    Files.copy(certificates.resolve("server.pem"), directory.resolve("ca.pem"));
    Files.writeString(directory.resolve("token"), TOKEN + "\n");
  }

  /** The issuers of {@code issuers.yaml} there. */
  static TokenIssuers issuers(Path directory) {
    return new TokenIssuers(
        Optional.of(directory.resolve("issuers.yaml")),
        new TrustDomain("east.demo"),
        Instant::now,
        Executors.newSingleThreadScheduledExecutor(),
        new Random(1));
  }

  private static KeyStore store(Path directory, String name) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(directory.resolve(name + ".p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  /**
   * Serves.
   *
   * @param certificates where {@link #makeCertificates} made them
   */
  TestApiServer(Path certificates) throws Exception {
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(store(certificates, "server"), PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.setExecutor(handlers);
    server.createContext(
        "/openid/v1/jwks",
        exchange -> {
          asked.incrementAndGet();
          answer(exchange, isKnown(exchange) ? 200 : 401, keys);
        });
    server.createContext(TokenReviews.PATH, this::review);
    server.createContext("/elsewhere", TestApiServer::redirect);
    server.start();
  }

  private void review(HttpExchange exchange) throws IOException {
    Review now = review;
    reviews.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestHeaders().getFirst("Content-Type")
            + " "
            + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
    if (now.code() != 0) {
      answer(exchange, isKnown(exchange) ? now.code() : 401, now.body());
    }
  }

  private static void redirect(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    exchange.getResponseHeaders().add("Location", path.substring("/elsewhere".length()));
    answer(exchange, 307, "");
  }

  private static boolean isKnown(HttpExchange exchange) {
    return ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"));
  }

  private static void answer(HttpExchange exchange, int code, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(code, code >= 300 ? -1 : bytes.length);
    if (code < 300) {
      exchange.getResponseBody().write(bytes);
    }
    exchange.close();
  }

  String url() {
    return "https://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    handlers.shutdownNow();
  }
}
