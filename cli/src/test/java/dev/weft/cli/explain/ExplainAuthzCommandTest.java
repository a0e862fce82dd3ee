package dev.weft.cli.explain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.weft.cli.WeftCli;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Over a real socket, to something that answers as an agent does. */
class ExplainAuthzCommandTest {
  private static final String DENIED =
      """
      {"decision": "deny", "status": 403, "reason": "denied: no rule allows it",
       "nearest": [{"rule": "ns[shop]-policy[a]-rule[0]", "wants": "peer \\"x\\""}],
       "stages": [{"stage": "mutual-tls", "passes": true, "reason": "with mutual TLS: STRICT"},
                  {"stage": "deny", "dryRun": true, "passes": false, "reason": "denied by rule b"}],
       "policies": ["shop/a"],
       "workload": {"namespace": "shop", "service": "payments", "port": 9001, "instance": "p-1"}}
      """;

  private volatile int status = 200;
  private volatile String answer = DENIED;
  private volatile JsonNode asked = new ObjectMapper().nullNode();
  private volatile String authorization = "";
  private HttpServer server;

  @TempDir Path directory;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final PrintStream usual = System.err;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/explain/authz",
        exchange -> {
          authorization = String.valueOf(exchange.getRequestHeaders().getFirst("authorization"));
          asked = new ObjectMapper().readTree(exchange.getRequestBody());
          byte[] body = answer.getBytes(UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    System.setErr(new PrintStream(said, true, UTF_8));
    Files.writeString(directory.resolve("admin-token"), "s3cret\n");
  }

  @AfterEach
  void stop() {
    System.setErr(usual);
    server.stop(0);
  }

  private int explain(String... options) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "explain",
                "authz",
                "--agent",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "--admin-token",
                directory.resolve("admin-token").toString()));
    all.addAll(List.of(options));
    return new CommandLine(new WeftCli()).execute(all.toArray(String[]::new));
  }

  @Test
  void theQuestionIsWhatWasAsked() throws IOException {
    int code =
        explain(
            "--from",
            "spiffe://east.demo/ns/shop/sa/orders",
            "--to",
            "shop/payments:9001",
            "--method",
            "POST",
            "--path",
            "/pay?x=1",
            "--header",
            "X-Jwt: Token ${token}",
            "--claim",
            "sub=alice",
            "--claim",
            "groups=a",
            "--claim",
            "groups=b");
    assertThat(code).isEqualTo(1);
    assertThat(authorization).isEqualTo("Bearer s3cret");
    assertThat(asked)
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"workload": {"namespace": "shop", "service": "payments", "port": 9001},
                     "identity": "spiffe://east.demo/ns/shop/sa/orders",
                     "request": {"method": "POST", "path": "/pay?x=1",
                                 "headers": {"X-Jwt": "Token ${token}"}},
                     "token": {"sub": "alice", "groups": ["a", "b"]}}
                    """));
  }

  @Test
  void whatIsAllowedEndsWithZero() {
    answer = "{\"decision\": \"allow\", \"reason\": \"allowed by rule a\"}";
    assertThat(explain("--to", "shop/payments")).isZero();
    assertThat(asked.path("identity").asText("?")).isEmpty();
    assertThat(asked.path("workload").has("port")).isFalse();
  }

  @Test
  void whatCannotBeAskedEndsWithTwo() {
    assertThat(explain("--to", "payments")).isEqualTo(2);
    assertThat(explain("--to", "shop/payments:x")).isEqualTo(2);
    assertThat(explain("--to", "shop/payments", "--header", "nothing")).isEqualTo(2);
    assertThat(explain("--to", "shop/payments", "--header", "a: 1", "--header", "a: 2"))
        .isEqualTo(2);
    assertThat(explain("--to", "shop/payments", "--jwt", "no-such-file")).isEqualTo(2);
    String token = directory.resolve("admin-token").toString();
    assertThat(explain("--to", "shop/payments", "--jwt", token, "--claim", "sub=a")).isEqualTo(2);
    assertThat(said.toString(UTF_8))
        .contains("--header: a is given twice")
        .contains("--jwt: cannot be read: no-such-file")
        .contains("--claim: not together with --jwt");
    for (String agent : List.of("nonsense", "http://", "a b")) {
      said.reset();
      assertThat(
              new CommandLine(new WeftCli())
                  .execute(
                      "explain", "authz", "--to", "a/b", "--admin-token", token, "--agent", agent))
          .isEqualTo(2);
      assertThat(said.toString(UTF_8))
          .contains("--agent: expected http://HOST:PORT, found " + agent);
    }
    status = 422;
    answer = "{\"detail\": \"a field is not valid\", \"errors\": []}";
    assertThat(explain("--to", "shop/payments")).isEqualTo(2);
    server.stop(0);
    assertThat(explain("--to", "shop/payments")).isEqualTo(2);
  }

  @Test
  void peopleReadWhyAndWhatCameNearest() throws IOException {
    assertThat(ExplainedText.of(new ObjectMapper().readTree(DENIED)))
        .isEqualTo(
            """
            deny (403): denied: no rule allows it
              workload    shop/payments:9001, instance p-1
              nearest     ns[shop]-policy[a]-rule[0] wants peer "x"
              mutual-tls  passes      with mutual TLS: STRICT
              deny        would fail  denied by rule b
              policies    shop/a
            """);
  }
}
