package dev.weft.agent.catalog.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.Evidence;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients and check targets that do what they should not. */
class LimitsTest {
  @TempDir Path directory;
  private TestRegistry registry;

  @BeforeEach
  void start() throws Exception {
    CheckTimings quick =
        new CheckTimings(Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(600));
    registry = new TestRegistry(directory, "east", quick);
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Name           | {"Name":"Web"}
          Name           | {"Name":"web_1"}
          Name           | {"Name":7}
          Port           | {"Name":"web","Port":65536}
          Port           | {"Name":"web","Port":99999999999999999999}
          Tags           | {"Name":"web","Tags":[1]}
          Meta           | {"Name":"web","Meta":["a"]}
          protocol       | {"Name":"web","Meta":{"protocol":"smtp"}}
          weft-weight    | {"Name":"web","Meta":{"weft-weight":"0"}}
          weft-trusted-hops | {"Name":"web","Meta":{"weft-trusted-hops":"100"}}
          weft-trusted-hops | {"Name":"web","Meta":{"weft-trusted-hops":"-1"}}
          weft-request-timeout | {"Name":"web","Meta":{"weft-request-timeout":"soon"}}
          Weights        | {"Name":"web","Weights":{"Passing":0}}
          Other          | {"Name":"web","Weights":{"Passing":1,"Other":1}}
          Check          | {"Name":"web","Check":7}
          Checks         | {"Name":"web","Checks":[7]}
          Interval       | {"Name":"web","Check":{"HTTP":"http://x","Interval":{}}}
          Checks[1].TTL  | {"Name":"web","Checks":[{"TTL":"1s"},{"TTL":"1 s"}]}
          Header         | {"Name":"web","Check":{"HTTP":"http://x","Interval":"1s","Header":7}}
          FailuresBeforeCritical | {"Name":"web","Check":{"TTL":"1s","FailuresBeforeCritical":-1}}
          Check.GRPC     | {"Name":"web","Check":{"GRPC":"x:1","Interval":"1s"}}
          TaggedAddresses | {"Name":"web","TaggedAddresses":{"lan":{"Address":7}}}
          Kind           | {"Name":"web","Kind":"mesh-gateway"}
          Connect        | {"Name":"web","Connect":{"SidecarService":{"Port":1}}}
          line 1, column | {"Name":"web",}
          """)
  void aMalformedRegistrationIsRefusedByItsFieldAndChangesNothing(String field, String body) {
    HttpResponse<String> answer = registry.put("/v1/agent/service/register", body);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains(field);
    assertThat(registry.json("/v1/agent/services")).isEmpty();
    assertThat(registry.deltas()).isEmpty();
  }

  @Test
  void longTextsAreRefusedByTheirField() {
    assertThat(registry.put("/v1/agent/service/register", text("ID", 256)).body())
        .isEqualTo("Invalid ID: longer than 255 characters");
    assertThat(registry.put("/v1/agent/service/register", text("Address", 256)).body())
        .isEqualTo("Invalid Address: longer than 255 characters");
    assertThat(
            registry
                .put(
                    "/v1/agent/service/register",
                    "{\"Name\":\"web\",\"Check\":{\"Interval\":\"1s\",\"HTTP\":\"http://h/"
                        + "x".repeat(2_048)
                        + "\"}}")
                .body())
        .isEqualTo("Invalid Check.HTTP: longer than 2048 characters");
  }

  @Test
  void aBodyThatIsTooLargeIsRefused() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), registry.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "PUT /v1/agent/service/register HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      out.write(new byte[RegistryServer.BODY_LIMIT + 1]);
      out.flush();

      assertThat(line(socket.getInputStream())).startsWith("HTTP/1.1 413 ");
    }
    assertThat(registry.get("/v1/agent/services").statusCode()).isEqualTo(200);
  }

  @Test
  void aHeadThatIsTooLargeIsRefused() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), registry.port())) {
      socket
          .getOutputStream()
          .write(
              ("GET /v1/agent/services HTTP/1.1\r\nHost: x\r\nA: "
                      + "b".repeat(20_000)
                      + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));

      assertThat(line(socket.getInputStream())).startsWith("HTTP/1.1 4");
    }
  }

  @Test
  void tooManyChecksOfOneServiceAreRefused() {
    StringBuilder checks = new StringBuilder("{\"TTL\":\"1h\"}");
    checks.repeat(",{\"TTL\":\"1h\"}", Edit.CHECK_LIMIT);

    HttpResponse<String> answer =
        registry.put(
            "/v1/agent/service/register", "{\"Name\":\"web\",\"Checks\":[" + checks + "]}");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("Checks: more than 64");
    assertThat(registry.json("/v1/agent/services")).isEmpty();
  }

  @Test
  void targetsThatHangOrNeverEndDelayNobodyElse() throws Exception {
    try (EndlessTarget endless = new EndlessTarget();
        TestTarget fine = new TestTarget()) {
      for (int i = 0; i < 20; i++) {
        check("hung-" + i, "http://127.0.0.1:" + endless.port() + (i % 2 == 0 ? "/hang" : "/"));
      }
      check("web", fine.url());

      await().until(() -> passes("web"));
      await()
          .until(() ->
              registry
                  .json("/v1/agent/checks")
                  .path("service:hung-1")
                  .path("Output")
                  .asText()
                  .endsWith("timed out"));
      // A run that is over holds no connection.
      await().until(() -> endless.open() <= 20);
    }
  }

  @Test
  void outputIsBounded() throws IOException {
    try (TestTarget target = new TestTarget()) {
      target.answer(200, "ä".repeat(10_000));
      check("web", target.url());

      // Again and again: a run may time out between two that pass.
      await()
          .untilAsserted(() -> {
            assertThat(passes("web")).isTrue();
            JsonNode check = registry.json("/v1/agent/checks").path("service:web");
            assertThat(check.path("Output").asText().getBytes(StandardCharsets.UTF_8).length)
                .isBetween(4_096, 4_200);
            assertThat(registry.instances("web").getFirst().evidence().detail()).hasSize(512);
          });
    }
  }

  @Test
  void whatIsNoUrlIsCriticalAndGoesOnBeingRun() {
    for (String url : List.of("not a url", "http://[", "ftp://127.0.0.1/", "http://127.0.0.1:1/")) {
      String name = "s" + Math.floorMod(url.hashCode(), 10_000);
      check(name, url);

      await()
          .until(() ->
              !registry
                  .json("/v1/agent/checks")
                  .path("service:" + name)
                  .path("Output")
                  .asText()
                  .isEmpty());
      await()
          .untilAsserted(() ->
              assertThat(registry.instances(name))
                  .first()
                  .satisfies(instance ->
                      assertThat(instance.evidence().value()).isEqualTo(Evidence.Health.CRITICAL)));
    }
  }

  @Test
  void aServiceThatStaysCriticalIsRemoved() throws IOException {
    try (TestTarget target = new TestTarget()) {
      registry.put(
          "/v1/agent/service/register",
          """
          {"Name": "web", "Port": 1, "Check": {"HTTP": "%s", "Interval": "1s",
           "DeregisterCriticalServiceAfter": "1s"}}
          """
              .formatted(target.url().replace(":" + target.port(), ":1")));
      registry.put(
          "/v1/agent/service/register",
          """
          {"Name": "api", "Port": 1, "Check": {"CheckID": "t", "TTL": "1h", "Status": "critical",
           "DeregisterCriticalServiceAfter": "1ms"}}
          """);

      await().until(() -> !registry.json("/v1/agent/services").has("web"));
      await().until(() -> registry.instances("web").isEmpty());
      // A status that was only registered is no result.
      assertThat(registry.json("/v1/agent/services").has("api")).isTrue();
      registry.put("/v1/agent/check/fail/t", "");
      await().until(() -> !registry.json("/v1/agent/services").has("api"));
    }
  }

  @Test
  void aRegistrationThatCannotBeStoredIsRefusedAndNotServed() throws IOException {
    // A file in the place of the directory.
    Files.deleteIfExists(directory.resolve("registration"));
    Files.writeString(directory.resolve("registration"), "in the way");

    HttpResponse<String> answer =
        registry.put("/v1/agent/service/register", "{\"Name\":\"web\",\"Port\":1}");

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).contains("could not be stored");
    assertThat(registry.json("/v1/catalog/services").has("web")).isFalse();
    assertThat(registry.deltas()).isEmpty();
    Files.delete(directory.resolve("registration"));
    assertThat(
            registry
                .put("/v1/agent/service/register", "{\"Name\":\"web\",\"Port\":1}")
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void fiveThousandRegistrationsWithChecksAreNoTrouble() throws Exception {
    long began = System.nanoTime();
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      if (i >= 64) {
        answers.get(i - 64).join();
      }
      answers.add(
          registry.send(
              "PUT",
              "/v1/agent/service/register",
              """
              {"ID": "i%d", "Name": "s%d", "Port": 80, "Check": {"CheckID": "c%d", "TTL": "1h"}}
              """
                  .formatted(i, i % 1_000, i)));
    }
    answers.forEach(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
    Duration registering = Duration.ofNanos(System.nanoTime() - began);
    began = System.nanoTime();
    for (int i = 0; i < 5_000; i++) {
      registry.put("/v1/agent/check/pass/c" + (i % 5), "");
    }
    Duration passing = Duration.ofNanos(System.nanoTime() - began);
    registry.close();
    began = System.nanoTime();
    registry = new TestRegistry(directory);
    assertThat(registry.json("/v1/agent/services")).hasSize(5_000);
    Duration restarting = Duration.ofNanos(System.nanoTime() - began);

    // Measured on two busy cores: 18.5 s, 2.3 s, 2.9 s. The limits only tell what grows with the
    // square of the number: how fast it is, is measured elsewhere.
    assertThat(registering).isLessThan(Duration.ofMinutes(5));
    assertThat(passing).isLessThan(Duration.ofMinutes(3));
    assertThat(restarting).isLessThan(Duration.ofMinutes(1));
    System.getLogger("registry")
        .log(
            System.Logger.Level.INFO,
            "5,000 registrations {0}, as many passes {1}, restart {2}",
            registering,
            passing,
            restarting);
  }

  private boolean passes(String service) {
    return !registry.instances(service).isEmpty()
        && registry.instances(service).getFirst().evidence().value() == Evidence.Health.PASSING;
  }

  private void check(String name, String url) {
    assertThat(
            registry
                .put(
                    "/v1/agent/service/register",
                    """
                    {"Name": "%s", "Port": 1,
                     "Check": {"HTTP": "%s", "Interval": "1ns", "Timeout": "300ms"}}
                    """
                        .formatted(name, url))
                .body())
        .isEmpty();
  }

  private static String text(String field, int length) {
    return "{\"Name\":\"web\",\"" + field + "\":\"" + "x".repeat(length) + "\"}";
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString();
  }

  /** Answers nothing at {@code /hang}, and elsewhere without end. */
  private static final class EndlessTarget implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final AtomicInteger open = new AtomicInteger();

    EndlessTarget() throws IOException {
      Thread.ofVirtual().start(this::accept);
    }

    int port() {
      return server.getLocalPort();
    }

    int open() {
      return open.get();
    }

    private void accept() {
      while (!server.isClosed()) {
        try {
          Socket socket = server.accept();
          open.incrementAndGet();
          Thread.ofVirtual().start(() -> serve(socket));
        } catch (IOException e) {
          return;
        }
      }
    }

    private void serve(Socket socket) {
      try (socket) {
        InputStream in = socket.getInputStream();
        if (!line(in).contains("/hang")) {
          OutputStream out = socket.getOutputStream();
          out.write(
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
          byte[] chunk =
              ("1000\r\n" + "x".repeat(4_096) + "\r\n").getBytes(StandardCharsets.US_ASCII);
          while (true) {
            out.write(chunk);
          }
        }
        while (in.read() >= 0) {
          // Until the other side gives up.
        }
      } catch (IOException e) {
        // It gave up.
      } finally {
        open.decrementAndGet();
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
