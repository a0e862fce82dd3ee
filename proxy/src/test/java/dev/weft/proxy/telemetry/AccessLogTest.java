package dev.weft.proxy.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.authz.Decision;
import dev.weft.policy.authz.NearMiss;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.failure.Failure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ProxyMetrics metrics = new ProxyMetrics(registry);

  private static RequestRecord record(String path) {
    RequestRecord record =
        new RequestRecord(
            1_000,
            0,
            7,
            "outbound",
            new InetSocketAddress("127.0.0.1", 4000),
            "spiffe://east.demo/ns/default/sa/orders",
            "HTTP/1.1",
            "GET",
            "payments.mesh",
            path);
    record.requestId("id-1");
    record.routed("repeatable", "payments.default");
    AttemptRecord attempt =
        new AttemptRecord(
            new HostPort("10.0.0.1", 15006),
            "payments-1",
            "east",
            0,
            AttemptRecord.Why.BALANCED,
            0);
    attempt.end(AttemptResult.CONNECT_FAILURE, 0, "refused", 1_500_000);
    record.attempt(attempt);
    record.status(503);
    record.failure(Failure.CONNECT_FAILED);
    record.retriesExhausted();
    record.end(12_345_678);
    return record;
  }

  private static String line(String path) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    new AccessLogLine().write(record(path), line);
    return line.toString(UTF_8);
  }

  @Test
  void aLineSaysWhatWasTriedAndWhatCameOfIt() throws Exception {
    JsonObject line = new JsonObject(line("/x?token=secret"));
    assertThat(line.getString("ts")).isEqualTo("1970-01-01T00:00:01Z");
    assertThat(line.getString("path")).isEqualTo("/x");
    assertThat(line.getString("flag")).isEqualTo("UF,URX");
    assertThat(line.getInteger("status")).isEqualTo(503);
    assertThat(line.getDouble("duration_ms")).isEqualTo(12.345);
    assertThat(line.getString("instance")).isEqualTo("payments-1");
    assertThat(line.getString("peer")).isEqualTo("spiffe://east.demo/ns/default/sa/orders");
    JsonObject attempt = line.getJsonArray("attempts").getJsonObject(0);
    assertThat(attempt.getString("host")).isEqualTo("10.0.0.1:15006");
    assertThat(attempt.getString("result")).isEqualTo("connect_failure");
    assertThat(attempt.getBoolean("sent")).isFalse();
    assertThat(attempt.getDouble("duration_ms")).isEqualTo(1.5);
  }

  @Test
  void aLineSaysWhatRulesDecidedAndWhy() throws Exception {
    RequestRecord record = record("/");
    record.authorized(new Decision.ByRule(true, "everyone"));
    record.authorized(
        new Decision.DeniedByDefault(List.of(new NearMiss("reads", "header :method \"GET\""))));
    record.shadowAuthorized(new Decision.ByRule(false, "no one"));
    record.audited("watched");
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    new AccessLogLine().write(record, written);
    JsonObject line = new JsonObject(written.toString(UTF_8));
    assertThat(line.getString("authorization"))
        .isEqualTo("denied: no rule allows it; reads wants header :method \"GET\"");
    assertThat(line.getString("shadow_authorization")).isEqualTo("denied by rule no one");
    assertThat(line.getString("audit")).isEqualTo("watched");
    assertThat(new JsonObject(line("/")).containsKey("authorization")).isFalse();
  }

  @Test
  void whatAPeerSendsCannotBreakTheLine() throws Exception {
    String nasty = "/\"\\\n\r\t\u0000\u2028\u007fé";
    String line = line(nasty);
    assertThat(line).hasLineCount(1);
    assertThat(new JsonObject(line).getString("path")).isEqualTo(nasty);
  }

  @Test
  void aWriterThatIsBehindCostsLinesAndNotRequests() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    OutputStream slow =
        new OutputStream() {
          @Override
          public void write(int one) {
            text.write(one);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
              stuck.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            text.write(bytes, offset, length);
          }
        };
    try (AccessLog log = new AccessLog(slow, 4, metrics, Thread.ofPlatform().daemon().factory())) {
      for (int i = 0; i < 20; i++) {
        log.accept(record("/"));
      }
      stuck.countDown();
    }
    double dropped = registry.get("weft.access.log.dropped").counter().count();
    // Four may wait; one may be taken at once, and those four, before the writer is stuck.
    assertThat(dropped).isBetween(11.0, 16.0);
    assertThat(text.toString(UTF_8)).hasLineCount((int) (20 - dropped));
  }

  @Test
  void linesAreAppendedToAFile(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("access.log");
    for (int i = 0; i < 2; i++) {
      try (AccessLog log =
          AccessLog.toFile(file, metrics, Thread.ofPlatform().daemon().factory())) {
        log.accept(record("/" + i));
      }
    }
    assertThat(Files.readAllLines(file)).hasSize(2);
  }
}
